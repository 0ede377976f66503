/** A place in a text that is being parsed. */
export class TextCursor {
  /** The whole text. */
  readonly text: string;
  /** The index of what comes next. */
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Whether all was taken. */
  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** Whether this comes next. */
  isAt(literal: string): boolean {
    return this.text.startsWith(literal, this.position);
  }

  /** Moves behind this, if it comes next. */
  take(literal: string): boolean {
    const found = this.isAt(literal);
    if (found) this.position += literal.length;
    return found;
  }

  /** Moves behind what a sticky pattern matches here, if it does. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (!match) return undefined;
    this.position = pattern.lastIndex;
    return match;
  }
}
