// Runs before the first paint, so that a chosen theme does not flash. `src/lib/theme.ts` writes the value.
try {
  const theme = localStorage.getItem("latchkey.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's theme then applies.
}
