import { connect as connectSocket } from 'node:net';

const PATH = '/containerd.services.version.v1.Version/Version';

/** How long a daemon may take to say its version: `start` has not long. */
const PATIENCE_MS = 500;

// gRPC puts five bytes in front of a message: none of it is compressed, and it has no bytes.
const EMPTY = Buffer.alloc(5);

/** The version of the daemon at an address for gRPC, such as `v2.1.9`; undefined for one that does not say it. */
export async function daemonVersion(address: string): Promise<string | undefined> {
  const socket = address.replace(/^unix:\/\//, '');
  if (!socket.startsWith('/')) return undefined;
  // Loaded here: most daemons need not be asked.
  const { connect } = process.getBuiltinModule('node:http2');
  const session = connect('http://localhost', { createConnection: () => connectSocket(socket) });
  const answer = new Promise<string | undefined>((resolve) => {
    const none = () => resolve(undefined);
    session.once('error', none);
    session.setTimeout(PATIENCE_MS, none);
    setTimeout(none, PATIENCE_MS).unref();
    const call = session.request({
      ':method': 'POST',
      ':path': PATH,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    call.on('data', (chunk: Buffer) => chunks.push(chunk));
    call.once('end', () => resolve(versionIn(Buffer.concat(chunks))));
    call.once('error', none);
    call.end(EMPTY);
  });
  return answer.finally(() => session.destroy());
}

/** The first field of the response, which is a text. */
function versionIn(framed: Buffer): string | undefined {
  const [tag, length = 0] = framed.subarray(EMPTY.length);
  return tag === 0x0a ? framed.toString('utf8', EMPTY.length + 2, EMPTY.length + 2 + length) : undefined;
}
