import type { CharTest, Node, PlaceTest } from './node.ts';

type Instruction =
  | { readonly kind: 'char'; readonly test: CharTest; readonly next: number }
  | { readonly kind: 'place'; readonly test: PlaceTest; readonly next: number }
  | { readonly kind: 'jump'; to: readonly number[] }
  | { readonly kind: 'match' };

const MATCH = 0;

/**
 * Finds whether a text has a match, in one pass over it that follows all ways to match at once. JavaScript's own
 * expressions try one way after the other, and a bad one would hold up the publisher for years.
 */
export class Program {
  readonly #instructions: Instruction[] = [{ kind: 'match' }];
  readonly #maxInstructions: number;
  readonly #start: number;

  /** @throws {SyntaxError} when the expression has more than `maxInstructions`, repetitions written out. */
  constructor(node: Node, maxInstructions: number) {
    this.#maxInstructions = maxInstructions;
    this.#start = this.#compile(node, MATCH);
  }

  /** Whether the text has a match, anywhere. */
  matches(text: string): boolean {
    const chars = Array.from(text);
    let places = new Places(this.#instructions);
    for (let index = 0; index <= chars.length; index += 1) {
      const [before, char] = [chars[index - 1], chars[index]];
      places.add(this.#start, before, char);
      if (places.matched) return true;
      if (char !== undefined) places = this.#step(places, char, chars[index + 1]);
    }
    return places.matched;
  }

  #step(places: Places, char: string, after: string | undefined): Places {
    const reached = new Places(this.#instructions);
    for (const { test, next } of places.chars) {
      if (test(char)) reached.add(next, char, after);
    }
    return reached;
  }

  /** Puts the instructions for `node`, which go on at `next`; gives the first. */
  #compile(node: Node, next: number): number {
    switch (node.kind) {
      case 'char':
      case 'place':
        return this.#put({ ...node, next });
      case 'sequence':
        return node.parts.reduceRight((after, part) => this.#compile(part, after), next);
      case 'choice':
        return this.#put({ kind: 'jump', to: node.choices.map((choice) => this.#compile(choice, next)) });
      case 'repeat':
        return this.#repeat(node, next);
    }
  }

  #repeat({ of, min, max }: Node & { kind: 'repeat' }, next: number): number {
    let start = max === Number.POSITIVE_INFINITY ? this.#loop(of, next) : next;
    for (let count = min; count < max && max !== Number.POSITIVE_INFINITY; count += 1) {
      start = this.#put({ kind: 'jump', to: [this.#compile(of, start), next] });
    }
    for (let count = 0; count < min; count += 1) start = this.#compile(of, start);
    return start;
  }

  #loop(of: Node, next: number): number {
    const jump: Instruction = { kind: 'jump', to: [] };
    const start = this.#put(jump);
    jump.to = [this.#compile(of, start), next];
    return start;
  }

  #put(instruction: Instruction): number {
    if (this.#instructions.length > this.#maxInstructions) throw new SyntaxError('it is too large');
    return this.#instructions.push(instruction) - 1;
  }
}

/** Where in the program one can be, all at the same place of the text. */
class Places {
  readonly chars: (Instruction & { kind: 'char' })[] = [];
  matched = false;
  readonly #instructions: readonly Instruction[];
  readonly #seen: Uint8Array;

  constructor(instructions: readonly Instruction[]) {
    this.#instructions = instructions;
    this.#seen = new Uint8Array(instructions.length);
  }

  /** Adds an instruction and all that it leads to without another character. */
  add(start: number, before: string | undefined, after: string | undefined): void {
    const open = [start];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (this.#seen[place]) continue;
      this.#seen[place] = 1;
      const instruction = this.#instructions[place] as Instruction;
      if (instruction.kind === 'match') this.matched = true;
      else if (instruction.kind === 'char') this.chars.push(instruction);
      else if (instruction.kind === 'jump') open.push(...instruction.to);
      else if (instruction.test(before, after)) open.push(instruction.next);
    }
  }
}
