/**
 * What a module imports, in the order it stands there, each once: by `import` and `export … from`, of types too, and by
 * `import()` of a text. The formatter keeps statements at the beginning of a line, and comments out of them.
 */
export function importsIn(text: string): readonly string[] {
  const statements = text.matchAll(
    /^(?:import(?:\s[^'";]*?\sfrom)?|export\s(?:type\s)?[*{][^'";]*?\sfrom)\s['"]([^'"\n]+)['"];/gm,
  );
  const calls = text.matchAll(/\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g);
  return [...new Set([...statements, ...calls].map(([, target]) => target ?? ''))];
}
