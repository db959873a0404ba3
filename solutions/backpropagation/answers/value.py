"""Right answers in other styles."""

import numpy as np


class edges_with_local_derivatives:
    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges

    def __add__(self, other):
        return edges_with_local_derivatives(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return edges_with_local_derivatives(self.data * other.data, ((self, other.data), (other, self.data)))

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for operand, _ in node.edges:
                    visit(operand)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for operand, local in node.edges:
                operand.grad += node.grad * local


class closures:
    def __init__(self, data, operands=()):
        self.data = data
        self.grad = 0
        self._operands = operands
        self._backward = lambda: None

    def __add__(self, other):
        out = closures(self.data + other.data, (self, other))

        def backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = backward
        return out

    def __mul__(self, other):
        out = closures(self.data * other.data, (self, other))

        def backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = backward
        return out

    def backward(self):
        def below(node, order):
            for operand in node._operands:
                if operand not in order:
                    below(operand, order)
            if node not in order:
                order.append(node)
            return order

        self.grad = 1
        for node in below(self, [])[::-1]:
            node._backward()


class path_by_path:
    def __init__(self, data):
        self.data, self.grad = np.float64(data), np.float64(0)
        self.pass_on = lambda gradient: None

    def __add__(self, other):
        out = path_by_path(self.data + other.data)
        out.pass_on = lambda gradient: (self.backward(gradient), other.backward(gradient))
        return out

    def __mul__(self, other):
        out = path_by_path(self.data * other.data)
        out.pass_on = lambda gradient: (self.backward(gradient * other.data), other.backward(gradient * self.data))
        return out

    def backward(self, gradient=1.0):
        self.grad = self.grad + gradient
        self.pass_on(gradient)


class a_tape:
    tape: list = []

    def __init__(self, data):
        self.data, self.grad = data, 0.0

    def __add__(self, other):
        out = a_tape(self.data + other.data)
        self.tape.append((out, self, 1.0, other, 1.0))
        return out

    def __mul__(self, other):
        out = a_tape(self.data * other.data)
        self.tape.append((out, self, other.data, other, self.data))
        return out

    def backward(self):
        self.grad = 1.0
        while self.tape:
            out, left, by_left, right, by_right = self.tape.pop()
            left.grad += out.grad * by_left
            right.grad += out.grad * by_right
