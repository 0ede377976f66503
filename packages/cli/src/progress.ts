import type { CreateOptions } from '@shimwright/containers';
import { bytesText } from './output.ts';

type OnPullProgress = NonNullable<CreateOptions['onPullProgress']>;

const STAGES: Readonly<Record<string, string>> = {
  waiting: 'waiting for another pull of',
  downloading: 'pulling',
  unpacking: 'unpacking',
};

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** A line on stderr that tells how far a pull is; only on a terminal. */
export class PullLine implements Disposable {
  readonly #image: string;
  readonly #isShown: boolean;
  #turn = 0;
  #hasLine = false;

  constructor(image: string, isQuiet: boolean) {
    this.#image = image;
    this.#isShown = !isQuiet && process.stderr.isTTY === true;
  }

  readonly report: OnPullProgress = ({ stage, bytes }) => {
    const words = STAGES[stage];
    if (!this.#isShown || words === undefined) return;
    this.#turn += 1;
    const size = bytes > 0 ? ` ${bytesText(bytes)}` : '';
    process.stderr.write(`\r\u001b[K${SPINNER[this.#turn % SPINNER.length]} ${words} ${this.#image}${size}`);
    this.#hasLine = true;
  };

  [Symbol.dispose](): void {
    if (this.#hasLine) process.stderr.write('\r\u001b[K');
    this.#hasLine = false;
  }
}
