import { ImageError, type ImageErrorCode } from '../errors.ts';
import { installHint } from './install-hint.ts';
import type { ToolEnd } from './run-tool.ts';

/** What skopeo and umoci say, and what it means; the first that fits counts. */
const MEANINGS: readonly (readonly [ImageErrorCode, RegExp, advice: string])[] = [
  [
    'ERR_IMAGE_NO_SPACE',
    /no space left on device|disk quota exceeded/i,
    'make room, or take another directory for the store',
  ],
  [
    'ERR_IMAGE_TOOL_VERSION',
    /unknown flag|unknown command|unrecognized command|flag provided but not defined|no help topic for|unknown shorthand flag/i,
    'its version does not have what is needed; skopeo 1.9 and umoci 0.4.7, or later ones, do',
  ],
  [
    'ERR_IMAGE_TOO_MANY_REQUESTS',
    /toomanyrequests|too many requests|\b429\b/i,
    'the registry limits requests: try again later, or with credentials',
  ],
  [
    'ERR_IMAGE_DENIED',
    /unauthorized|authentication required|invalid username\/password|requested access to the resource is denied|\bdenied\b|status(?: code)?:? 40[13]\b|40[13] \(?(?:unauthorized|forbidden)/i,
    'give other credentials; some registries answer so for what does not exist',
  ],
  [
    'ERR_IMAGE_PLATFORM',
    /no image found in (?:manifest list|image index) for architecture|no image found in .* for platform/i,
    'ask for a platform that the image has',
  ],
  [
    'ERR_IMAGE_DAMAGED',
    /digest (?:mismatch|did not match)|(?:digest|size) does not match|does not match (?:config|expected)|expected (?:sha256|blob size)|blob unknown|fetching blob: .*404|reading blob .*(?:no such file|unknown|404|not found)|open blob: .*no such file|unexpected end of .*archive|gzip: invalid|invalid tar header|cannot find layer|layer .*not found/i,
    'the image is damaged; pull it again, or have it mended where it comes from',
  ],
  [
    'ERR_IMAGE_NOT_FOUND',
    /manifest unknown|name unknown|repository .*not found|no descriptor found|tag .*not found|reading manifest .*not found|no such file or directory|tag is not found|no image found|status(?: code)?:? 404\b|404 \(?not found|does not exist/i,
    'look at its name and tag',
  ],
  ['ERR_IMAGE_PERMISSION', /permission denied|operation not permitted/i, 'this user may not do that'],
  [
    'ERR_IMAGE_REGISTRY',
    /connection (?:refused|reset)|no such host|i\/o timeout|timeout exceeded|tls|x509|unexpected eof|\beof\b|server gave http response|status(?: code)?:? 5\d\d|\b5\d\d (?:internal|bad gateway|service|gateway)|network is unreachable|pinging container registry|broken pipe|received unexpected http status|status code from registry 5\d\d|http2?: |invalid character .* looking for/i,
    'the registry cannot be reached, or failed: try again later',
  ],
];

/** What a failed tool means. */
export function toolFailure(tool: string, end: ToolEnd, image: string): ImageError {
  const words = wordsOf(end.stderr) || howItEnded(end);
  const said = withoutNames(words);
  const [code, , advice] = MEANINGS.find(([, pattern]) => pattern.test(said)) ?? ['ERR_IMAGE_TOOL_FAILED'];
  const hint = code === 'ERR_IMAGE_TOOL_VERSION' ? `${advice} (${installHint(tool)})` : advice;
  return new ImageError(code, `${image}: ${tool}: ${words}${hint ? ` (${hint})` : ''}`, {
    image,
    tool,
    exitCode: end.exitCode,
    stderr: end.stderr,
  });
}

/** Without the names of images, registries and files: an image may be called `denied`, or `429`. */
function withoutNames(words: string): string {
  return words
    .replaceAll(/reading manifest \S+ in \S+/g, 'reading manifest')
    .replaceAll(/"https?:\/\/[^"]*"/g, '')
    .replaceAll(/(?:docker|docker-archive|oci|oci-archive|dir|docker-daemon|containers-storage):\S+/g, '')
    .replaceAll(/\bopen(?:ing file)? (?:"[^"]*"|\S*\/\S*)/g, 'open')
    .replaceAll(/\btag \S+/g, 'tag');
}

/** The last message of skopeo's log, the lines that umoci marks, or the last line. */
export function wordsOf(stderr: string): string {
  const logged = [...stderr.matchAll(/level=(?:fatal|error) msg=("(?:[^"\\]|\\.)*"|\S+)/g)].at(-1)?.[1];
  if (logged !== undefined) return unquoted(logged);
  const lines = stderr.split('\n').map((line) => line.trim());
  const marked = lines.filter((line) => line.startsWith('⨯')).map((line) => line.slice(1).trim());
  return marked.length > 0 ? marked.join('; ') : (lines.filter(Boolean).at(-1) ?? '');
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1); // Go escapes some characters in its own way
  }
}

function howItEnded({ exitCode, exitSignal }: ToolEnd): string {
  return exitSignal === undefined
    ? `it exited with status ${exitCode} without a message`
    : `it was ended by ${exitSignal}`;
}
