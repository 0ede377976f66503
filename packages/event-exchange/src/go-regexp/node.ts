/** Whether a character, as a string of one code point, is of a set. */
export type CharTest = (char: string) => boolean;

/** Whether a place between two characters is of a kind; they are undefined at the ends of the text. */
export type PlaceTest = (before: string | undefined, after: string | undefined) => boolean;

/** A regular expression, taken apart. */
export type Node =
  | { readonly kind: 'char'; readonly test: CharTest }
  | { readonly kind: 'place'; readonly test: PlaceTest }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly choices: readonly Node[] }
  /** `max` is Infinity where there is no end. */
  | { readonly kind: 'repeat'; readonly of: Node; readonly min: number; readonly max: number };
