import type { Spec } from './spec.ts';

// The filter of system calls is four fifths of most specs, and the same in most of them. What was found to be sound once
// need not be looked at again.

const KEY = '"seccomp":';

// Takes the place of a filter. Within a string, which is no place for a filter, it is no JSON, so that all is read then.
const STAND_IN = '{"":0}';

// To learn a filter costs as much as to read it. With more filters than one, it is soon given up.
const MAX_LESSONS = 16;

let known = '';
let lessons = 0;

/** The text with a filter that is known to be sound cut out; undefined where it has none. */
export function withoutKnownFilter(text: string): string | undefined {
  if (known === '') return undefined;
  const start = text.indexOf(KEY) + KEY.length;
  const end = start + known.length;
  return text.slice(start, end) === known ? text.slice(0, start) + STAND_IN + text.slice(end) : undefined;
}

/** Remembers the filter of a spec, which was read from the text. */
export function rememberFilter(text: string, { linux }: Spec): void {
  if (lessons === MAX_LESSONS || typeof linux?.seccomp !== 'object') return;
  lessons += 1;
  try {
    const filter = JSON.stringify(linux.seccomp);
    if (filter.startsWith('{"') && text.startsWith(filter, text.indexOf(KEY) + KEY.length)) known = filter;
  } catch {
    // It holds a bigint, and is read each time.
  }
}
