import type { Storage } from "./storage.ts";

export type Theme = "system" | "light" | "dark";

const isTheme = (value: string | null): value is Theme => value === "system" || value === "light" || value === "dark";

export const getTheme = (storage: Storage): Theme => {
  const value = storage.get("latchkey.theme");
  return isTheme(value) ? value : "system";
};

/** `public/theme.js` reads the value before the next first paint. */
export const setTheme = (storage: Storage, theme: Theme): void => {
  storage.set("latchkey.theme", theme);
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
};
