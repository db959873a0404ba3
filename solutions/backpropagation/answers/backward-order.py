"""Right answers in other styles."""


def depth_first_reversed(operands, result):
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for operand in operands[node]:
            visit(operand)
        order.append(node)

    visit(result)
    return order[::-1]


def counting_users(operands, result):
    needed, todo = set(), [result]
    while todo:
        node = todo.pop()
        if node not in needed:
            needed.add(node)
            todo += operands[node]
    waiting = {node: sum(operands[user].count(node) for user in needed) for node in needed}
    order, ready = [], [result]
    while ready:
        node = ready.pop(0)
        order.append(node)
        for operand in operands[node]:
            waiting[operand] -= 1
            if waiting[operand] == 0:
                ready.append(operand)
    return order


def by_the_longest_way(operands, result):
    distance = {result: 0}
    changed = True
    while changed:
        changed = False
        for node in list(distance):
            for operand in operands[node]:
                if distance.get(operand, -1) < distance[node] + 1:
                    distance[operand] = distance[node] + 1
                    changed = True
    return sorted(distance, key=distance.get)


def from_the_standard_library(operands, result):
    from graphlib import TopologicalSorter

    def below(node):
        return {node}.union(*(below(operand) for operand in operands[node]))

    needed = below(result)
    forward = TopologicalSorter({node: set(operands[node]) for node in needed}).static_order()
    return list(reversed(list(forward)))
