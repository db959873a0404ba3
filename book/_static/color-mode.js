// Light or dark is known before the first paint; the theme would decide later, and pictures for both would flash up.
{
  const root = document.documentElement.dataset;
  root.mode ||= "auto";
  if (root.theme !== "light" && root.theme !== "dark") {
    root.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
}
