import { CliError, FAILED } from './errors.ts';

/**
 * Rows as docker's `--format` has them: `json`, or a text with `{{.Name}}` for each field, with `table` before it or not. Of Go's templates
 * there is no more than that.
 */
export function formatted(rows: readonly Readonly<Record<string, string>>[], format: string): string[] {
  if (format === 'json') return rows.map((row) => JSON.stringify(row));
  const text = format
    .replace(/^table\s+/, '')
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n');
  return rows.map((row) =>
    text.replaceAll(/\{\{\s*(.*?)\s*\}\}/g, (_, field: string) => {
      const value = Object.hasOwn(row, field.slice(1)) ? row[field.slice(1)] : undefined;
      if (field.startsWith('.') && value !== undefined) return value;
      const fields = Object.keys(rows[0] ?? {}).map((each) => `{{.${each}}}`);
      throw new CliError(`--format has {{${field}}}; there are ${fields.join(', ')}, and json`, FAILED);
    }),
  );
}
