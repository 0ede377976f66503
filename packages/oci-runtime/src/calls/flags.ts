/** A flag's value; false and undefined leave the flag out, true gives it alone, a list gives it once for each. */
type FlagValue = string | number | boolean | readonly (string | number)[] | undefined;

/** The flags of a command line. `--flag=value` is one word, so that a value is never taken for an option. */
export function flags(values: Readonly<Record<string, FlagValue>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => flag(`--${name}`, value));
}

function flag(name: string, value: FlagValue): string[] {
  if (value === undefined || value === false) return [];
  if (value === true) return [name];
  if (typeof value === 'object') return value.map((each) => `${name}=${each}`);
  return [`${name}=${value}`];
}
