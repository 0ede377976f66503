/** A class, and how long it is. */
export interface ClassLength {
  readonly name: string;
  /** From its first line to its closing brace. */
  readonly lines: number;
}

/** The classes of a file, as the formatter writes them: the brace that closes one stands below the word that opens it. */
export function classesIn(text: string): readonly ClassLength[] {
  const lines = text.split('\n');
  return lines.flatMap((line, first) => {
    const [, indent = '', name = ''] =
      /^(\s*)(?:export )?(?:default )?(?:abstract )?class (\w+)/.exec(line) ?? [];
    if (name === '') return [];
    const last = lines.findIndex((other, index) => index >= first && other === `${indent}}`);
    return [{ name, lines: (line.endsWith('{}') ? first : last) - first + 1 }];
  });
}
