// Makes a group of radio buttons of each list of choices; see book/_ext/course_book/quiz.py for what the page holds.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".question").forEach((question, number) => {
    const list = question.querySelector("dl");
    const fieldset = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.append(...question.querySelector(".question-text").childNodes);
    const explanation = document.createElement("div");
    explanation.className = "explanation";
    // read out when it changes, without moving the focus
    explanation.setAttribute("role", "status");
    fieldset.append(legend);

    list.querySelectorAll(":scope > dt").forEach((choice) => {
      const label = document.createElement("label");
      label.className = "choice";
      const radio = document.createElement("input");
      radio.type = "radio";
      radio.name = `question-${number}`;
      const text = document.createElement("span");
      text.append(...choice.childNodes);
      label.append(radio, text);
      fieldset.append(label);
      if (text.querySelector("math")) {
        // a formula has no name of its own: say what its MathML shows, not how its TeX is written
        const spoken = text.cloneNode(true);
        spoken.querySelectorAll(".katex-html, annotation").forEach((part) => part.remove());
        radio.setAttribute("aria-label", spoken.textContent.trim());
      }
      const why = choice.nextElementSibling;
      radio.addEventListener("change", () => {
        explanation.className = `explanation ${choice.classList.contains("right") ? "right" : "wrong"}`;
        explanation.replaceChildren(...why.cloneNode(true).childNodes);
      });
    });
    fieldset.append(explanation);
    question.replaceChildren(fieldset);
  });
});
