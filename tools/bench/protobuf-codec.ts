// Writes and reads messages with the code generated for them: `protobuf-codec.ts FILE`, see turns.ts.
import { pathToFileURL } from 'node:url';
import { contend } from './turns.ts';

const { StateRequest, StateResponse }: typeof import('../../packages/shim-api/src/gen/containerd/shim.ts') =
  await import(pathToFileURL(process.argv[2] ?? '').href);

const request = StateRequest.fromPartial({ id: 'web-1f2e3d4c' });
const stopped = StateResponse.fromPartial({
  id: 'web-1f2e3d4c',
  bundle: '/run/containerd/io.containerd.runtime.v1.linux/default/web-1f2e3d4c',
  pid: 48213,
  status: 'STOPPED',
  stdin: '/run/containerd/fifo/112233/web-1f2e3d4c-stdin',
  stdout: '/run/containerd/fifo/112233/web-1f2e3d4c-stdout',
  stderr: '/run/containerd/fifo/112233/web-1f2e3d4c-stderr',
  exitStatus: 137,
  exitedAt: { seconds: 1_614_834_367, nanos: 123_456_789 },
});
// Go's zero time, which is what a shim answers as long as the process runs.
const running = { ...stopped, status: 'RUNNING' as const, exitedAt: { seconds: -62_135_596_800, nanos: 0 } };

// As a frame has them: a part of a larger Buffer.
const bytesOf = (bytes: Uint8Array) => Buffer.concat([Buffer.alloc(10), bytes]).subarray(10);
const requestBytes = bytesOf(StateRequest.encode(request).finish());
const stoppedBytes = bytesOf(StateResponse.encode(stopped).finish());
const runningBytes = bytesOf(StateResponse.encode(running).finish());

const repeated = (work: () => unknown) => (count: number) => {
  for (let done = 0; done < count; done++) work();
};

await contend({
  'write-StateRequest': repeated(() => StateRequest.encode(request).finish()),
  'read-StateRequest': repeated(() => StateRequest.decode(requestBytes)),
  'write-StateResponse': repeated(() => StateResponse.encode(stopped).finish()),
  'read-StateResponse': repeated(() => StateResponse.decode(stoppedBytes)),
  'write-StateResponse-of-a-running-one': repeated(() => StateResponse.encode(running).finish()),
  'read-StateResponse-of-a-running-one': repeated(() => StateResponse.decode(runningBytes)),
});
