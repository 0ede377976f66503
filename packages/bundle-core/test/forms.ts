import {
  type Bundle,
  listBundles,
  listBundlesSync,
  type NewBundleSyncOptions,
  newBundle,
  newBundleSync,
} from '../src/index.ts';

/** Both forms behind the same names, so that each fact is tested of each. */
export const forms = [
  { form: 'promise', newBundle, listBundles, deleteBundle: (bundle: Bundle) => bundle.delete() },
  {
    form: 'sync',
    newBundle: async (options: NewBundleSyncOptions) => newBundleSync(options),
    listBundles: async (...args: Parameters<typeof listBundlesSync>) => listBundlesSync(...args),
    deleteBundle: async (bundle: Bundle) => bundle.deleteSync(),
  },
] as const;
