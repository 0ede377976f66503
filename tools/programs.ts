/**
 * The programs that a package starts by their path: for each, its file in `dist` and its source. Each is one file with
 * all that it needs, in the older kind of module, which Node reads sooner. What is native cannot be part of it.
 */
export const PROGRAMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'shim-service': {
    'shimwright-shim.cjs': 'src/shim-process/main.ts',
    'shimwright-keeper.cjs': 'src/keeper/main.ts',
    'shimwright-shim-v2.cjs': 'src/v2/main.ts',
    'shimwright-start-v2.cjs': 'src/v2/start-main.ts',
  },
  // It takes the events of v2 shims.
  'shim-client': { 'forward-events.cjs': 'src/v2/forwarder/main.ts' },
  containers: {
    'shimwright-recorder.cjs': 'src/logs/recorder-main.ts',
    'shimwright-copier.cjs': 'src/copy/copier-main.ts',
  },
};
