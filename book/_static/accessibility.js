// Mends what axe finds in the theme.
document.addEventListener("DOMContentLoaded", () => {
  // who speaks to a control must be able to say what it shows
  document.querySelectorAll("button[aria-label], summary[aria-label], a[aria-label]").forEach((control) => {
    const shown = control.innerText.trim().replace(/\s+/g, " ").toLowerCase();
    if (shown && !control.getAttribute("aria-label").toLowerCase().includes(shown)) control.removeAttribute("aria-label");
  });
  // the title of the book stands outside all landmarks
  const sidebar = document.querySelector("div.bd-sidebar-primary");
  sidebar?.setAttribute("role", "complementary");
  sidebar?.setAttribute("aria-label", document.querySelector(".logo__title")?.innerText ?? "");
  // what opens the pages below another one is named as that one
  document.querySelectorAll(".bd-sidebar-primary details > summary").forEach((summary) => {
    summary.setAttribute("aria-label", summary.closest("li").querySelector("a").innerText.trim());
  });
  // roles that are deprecated, or whose children do not fit them
  document.querySelectorAll(".citation-list, .citation").forEach((element) => element.removeAttribute("role"));
  // the empty corner of a table heads nothing
  document.querySelectorAll("th").forEach((head) => {
    if (head.textContent.trim()) return;
    const cell = document.createElement("td");
    cell.className = head.className;
    head.replaceWith(cell);
  });
  // what is wider than the page scrolls by itself, and only then has to be reachable by keyboard
  const sizes = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
      else target.removeAttribute("tabindex");
    }
  });
  document
    .querySelectorAll("div.math, .highlight pre, .cell_output pre, .pst-scrollable-table-container")
    .forEach((box) => sizes.observe(box));
});
