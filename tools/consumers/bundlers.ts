import path from 'node:path';
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import esbuild from 'esbuild';
import { rollup } from 'rollup';
import webpack from 'webpack';

/** What cannot be part of a bundle: it has a native binary. Its README says so. */
const NATIVE = ['koffi'];

/** Bundles a program with all it needs but native code into one file. */
export type Bundler = (entry: string, output: string) => Promise<void>;

/** How people bundle for Node, by what comes out. */
export const bundlers: Readonly<
  Record<string, { readonly extension: 'mjs' | 'cjs'; readonly bundle: Bundler }>
> = {
  'esbuild, ESM': { extension: 'mjs', bundle: byEsbuild('esm') },
  'esbuild, CommonJS': { extension: 'cjs', bundle: byEsbuild('cjs') },
  'rollup, ESM': { extension: 'mjs', bundle: byRollup },
  'webpack, CommonJS': { extension: 'cjs', bundle: byWebpack },
};

function byEsbuild(format: 'esm' | 'cjs'): Bundler {
  return async (entry, outfile) => {
    const settings = {
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node22.18',
      logLevel: 'silent',
    } as const;
    // It warns of `import.meta` in CommonJS, which is empty there: what our packages do then is tested.
    await esbuild.build({ ...settings, entryPoints: [entry], outfile, format, external: NATIVE });
  };
}

async function byRollup(entry: string, output: string): Promise<void> {
  const plugins = [
    nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }),
    call(commonjs),
    call(json),
  ];
  const bundle = await rollup({ input: entry, external: [...NATIVE, /^node:/], plugins, onwarn: () => {} });
  // Libraries that are loaded later are files of their own: a module with a top-level `await` could not wait for itself.
  const names = { entryFileNames: path.basename(output), chunkFileNames: '[name]-[hash].mjs' };
  await bundle.write({ dir: path.dirname(output), format: 'es', ...names });
  await bundle.close();
}

// Their types are those of CommonJS with a default export.
function call<Plugin>(plugin: (() => Plugin) | { default: () => Plugin }): Plugin {
  return typeof plugin === 'function' ? plugin() : plugin.default();
}

async function byWebpack(entry: string, output: string): Promise<void> {
  const compiler = webpack({
    ...{ mode: 'production', target: 'node22', devtool: false, entry },
    output: { path: path.dirname(output), filename: path.basename(output) },
    externals: Object.fromEntries(NATIVE.map((name) => [name, `commonjs ${name}`])),
    node: { __dirname: false, __filename: false },
    optimization: { minimize: false }, // names that are shortened are tried with esbuild, which takes a twentieth of the time
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  compiler.run((error, stats) => {
    if (error) reject(error);
    else if (stats?.hasErrors()) reject(new Error(stats.toString({ all: false, errors: true })));
    else resolve();
  });
  await promise;
  await new Promise((closed) => compiler.close(closed));
}
