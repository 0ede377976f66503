// Runs the demo, keeps what it says in terminal.txt, and draws that as a terminal: `node tools/docs/terminal-picture.ts`.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { ROOT } from '../packed/workspace-packages.ts';

/** Where the picture is. */
export const TERMINAL_PICTURE = path.join(ROOT, '.github/terminal.svg');

const RECORD = path.join(import.meta.dirname, 'terminal.txt');
const COMMAND = 'npx --yes pnpm@12 demo';
const COLUMNS = 104;
const CHARACTER = { width: 7.83, height: 19 };
const MARGIN = 18;
const BAR = 30;

const STYLE = `
    text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #e6edf3; white-space: pre; }
    .time { fill: #9198a1; }
    .title { fill: #7ee787; font-weight: 600; }
    .said { fill: #79c0ff; }
    .command { font-weight: 600; }
  `;

/** What the demo says when it is run here and now. */
export async function demoOutput(): Promise<string> {
  const program = ['--conditions=@shimwright/source', path.join(ROOT, 'tools/demo/main.ts')];
  const { stdout } = await execa(process.execPath, program, { env: { NO_COLOR: '1' } });
  return stripVTControlCharacters(stdout).trim();
}

/** What the demo said when the picture was drawn. */
export function recordedOutput(): string {
  return readFileSync(RECORD, 'utf8').trim();
}

/** The steps that the demo tells, in their order: they are the same whenever and wherever it runs. */
export function stepsIn(output: string): readonly string[] {
  return output.split('\n').flatMap((line) => {
    const [, step = ''] = /^ *\d+\.\d\d s {2}(\S+(?: \S+)*)/.exec(line) ?? [];
    return step === '' || step === 'OCI runtime chosen' ? [] : [step]; // which depends on the machine
  });
}

/** The picture as SVG. */
export function terminalPicture(output: string): string {
  const lines = [`$ ${COMMAND}`, ...output.split('\n')].map(shortened);
  const width = Math.ceil(COLUMNS * CHARACTER.width) + 2 * MARGIN;
  const height = BAR + lines.length * CHARACTER.height + MARGIN;
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (colour, index) => `  <circle cx="${MARGIN + index * 18}" cy="16" r="5.5" fill="${colour}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '  <title>The demo in a terminal: a container outlives the process that made it</title>',
    `  <style>${STYLE}</style>`,
    `  <rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>`,
    ...dots,
    ...lines.map((line, index) => drawn(line, BAR + (index + 1) * CHARACTER.height)),
    '</svg>',
    '',
  ].join('\n');
}

function shortened(line: string): string {
  return line.length <= COLUMNS ? line : `${line.slice(0, COLUMNS - 1)}…`;
}

function drawn(line: string, y: number): string {
  const [, time, rest = ''] = /^( *\d+\.\d\d s)(.*)$/.exec(line) ?? [];
  const part = (text: string, of: string) =>
    of === '' ? escaped(text) : `<tspan class="${of}">${escaped(text)}</tspan>`;
  const content =
    time === undefined
      ? part(line, line.startsWith('$') ? 'command' : 'title')
      : part(time, 'time') + part(rest, /^ +std(out|err) \|/.test(rest) ? 'said' : '');
  return `  <text x="${MARGIN}" y="${y}" xml:space="preserve">${content}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

if (import.meta.main) {
  const output = await demoOutput();
  writeFileSync(RECORD, `${output}\n`);
  writeFileSync(TERMINAL_PICTURE, terminalPicture(output));
}
