import { readdir } from 'node:fs/promises';
import path from 'node:path';
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import esbuild from 'esbuild';
import { rollup } from 'rollup';
import webpack from 'webpack';

/** What cannot be part of a bundle: it has a native binary. Its README says so. */
const NATIVE = ['koffi'];

/**
 * Bundles programs with all they need but native code: each module in `directory` becomes a file of the same name with
 * the bundler's extension in `output`.
 */
export interface Bundler {
  readonly extension: 'mjs' | 'cjs';
  readonly bundle: (directory: string, output: string) => Promise<void>;
}

/** How people bundle for Node, by what comes out. */
export const bundlers: Readonly<Record<string, Bundler>> = {
  'esbuild, ESM': { extension: 'mjs', bundle: byEsbuild('esm', '.mjs') },
  'esbuild, CommonJS': { extension: 'cjs', bundle: byEsbuild('cjs', '.cjs') },
  'rollup, ESM': { extension: 'mjs', bundle: byRollup },
  'webpack, CommonJS': { extension: 'cjs', bundle: byWebpack },
};

/** The modules in a directory, by their names. */
async function entriesIn(directory: string): Promise<Record<string, string>> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.mjs'));
  return Object.fromEntries(files.map((name) => [path.parse(name).name, path.join(directory, name)]));
}

function byEsbuild(format: 'esm' | 'cjs', extension: string): Bundler['bundle'] {
  return async (directory, outdir) => {
    const settings = {
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node22.18',
      logLevel: 'silent',
    } as const;
    const entryPoints = await entriesIn(directory);
    // It warns of `import.meta` in CommonJS, which is empty there: what our packages do then is tested.
    await esbuild.build({
      ...{ ...settings, entryPoints, outdir, format, external: NATIVE },
      outExtension: { '.js': extension },
    });
  };
}

async function byRollup(directory: string, output: string): Promise<void> {
  const plugins = [
    nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }),
    call(commonjs),
    call(json),
  ];
  const input = await entriesIn(directory);
  const bundle = await rollup({ input, external: [...NATIVE, /^node:/], plugins, onwarn: () => {} });
  // Libraries that are loaded later are files of their own: a module with a top-level `await` could not wait for itself.
  await bundle.write({
    ...{ dir: output, format: 'es' },
    ...{ entryFileNames: '[name].mjs', chunkFileNames: 'chunk-[name]-[hash].mjs' },
  });
  await bundle.close();
}

// Their types are those of CommonJS with a default export.
function call<Plugin>(plugin: (() => Plugin) | { default: () => Plugin }): Plugin {
  return typeof plugin === 'function' ? plugin() : plugin.default();
}

async function byWebpack(directory: string, output: string): Promise<void> {
  const compiler = webpack({
    ...{ mode: 'production', target: 'node22', devtool: false, entry: await entriesIn(directory) },
    output: { path: output, filename: '[name].cjs', chunkFilename: 'chunk-[id].cjs' },
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
