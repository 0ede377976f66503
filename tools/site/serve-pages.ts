import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';

/** Pages that are served on the loopback interface. */
export interface PageServer extends AsyncDisposable {
  /** With a slash at its end. */
  readonly url: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

/** Serves the files of a directory, and nothing outside of it, until it is disposed of. */
export async function servePages(directory: string): Promise<PageServer> {
  const server = createServer((request, response) => {
    // The parser of URLs takes out every "..".
    const { pathname } = new URL(`${request.url}`, 'http://localhost');
    const file = path.join(directory, decodeURIComponent(pathname === '/' ? '/index.html' : pathname));
    readFile(file).then(
      (content) => {
        const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
        response.writeHead(200, { 'content-type': type }).end(content);
      },
      () => response.writeHead(404).end(),
    );
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await server[Symbol.asyncDispose]();
    },
  };
}
