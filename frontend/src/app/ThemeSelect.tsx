import { useState } from "react";
import { useDeps } from "../lib/deps.tsx";
import { getTheme, setTheme, type Theme } from "../lib/theme.ts";

const themes: readonly { value: Theme; label: string }[] = [
  { value: "system", label: "Like the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export const ThemeSelect = () => {
  const { storage } = useDeps();
  const [theme, choose] = useState(() => getTheme(storage));
  return (
    <label className="flex items-center gap-2">
      Colours
      <select
        className="rounded-md border border-line bg-surface px-2 py-1.5 text-ink"
        value={theme}
        onChange={(event) => {
          const chosen = themes.find(({ value }) => value === event.target.value)?.value ?? "system";
          setTheme(storage, chosen);
          choose(chosen);
        }}
      >
        {themes.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
};
