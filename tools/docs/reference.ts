import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  Application,
  type DocumentationEntryPoint,
  LogLevel,
  MinimalSourceFile,
  type NormalizedPath,
  type ProjectReflection,
  ReflectionKind,
} from 'typedoc';
import { entriesOf, entryName, PACKAGES, packageName, ROOT } from '../packed/workspace-packages.ts';

/** What a reader of the reference can look at. */
const DOCUMENTED = [
  'Accessor',
  'Class',
  'Enum',
  'EnumMember',
  'Function',
  'Interface',
  'Method',
  'Property',
  'TypeAlias',
  'Variable',
] as const;

/**
 * Makes the reference of all packages from the documentation in their sources.
 *
 * @param out the directory for the pages; without it, all is checked and nothing written.
 * @returns what TypeDoc finds wrong: an export without documentation, a link that leads nowhere.
 */
export async function makeReference(out?: string): Promise<readonly string[]> {
  const app = await Application.bootstrap({
    name: 'Shimwright',
    entryPoints: PACKAGES.flatMap((folder) =>
      entriesOf(folder).map((entry) => path.join(ROOT, 'packages', folder, 'src', `${entry}.ts`)),
    ),
    tsconfig: path.join(import.meta.dirname, 'tsconfig.json'),
    readme: 'none',
    alwaysCreateEntryPointModule: true,
    excludeExternals: true,
    excludePrivate: true,
    highlightLanguages: ['js', 'json', 'sh', 'toml', 'ts'],
    disableGit: true,
    sourceLinkTemplate: 'https://github.com/shimwright/shimwright/blob/main/{path}#L{line}',
    gitRevision: 'main',
    packagesRequiringDocumentation: PACKAGES.map(packageName),
    requiredToBeDocumented: [...DOCUMENTED],
    validation: {
      invalidLink: true,
      invalidPath: true,
      notDocumented: true,
      notExported: true,
      rewrittenLink: true,
    },
  });
  const complaints: string[] = [];
  app.logger.log = (message, level) => {
    if (level >= LogLevel.Warn && !isInTypeLiteral(message)) complaints.push(message);
  };
  const project = app.converter.convert((app.getEntryPoints() ?? []).map(named));
  for (const folder of PACKAGES) addReadme(app, project, folder);
  app.validate(project);
  if (out) await app.generateDocs(project, out);
  return complaints;
}

/** What a type literal holds is told of where the type is used. */
function isInTypeLiteral(complaint: string): boolean {
  return complaint.includes('.__type.') && complaint.includes('does not have any documentation');
}

function named(entryPoint: DocumentationEntryPoint): DocumentationEntryPoint {
  const folder = path.basename(path.resolve(entryPoint.sourceFile.fileName, '../..'));
  const entry = path.basename(entryPoint.sourceFile.fileName, '.ts');
  return { ...entryPoint, displayName: entryName(folder, entry) };
}

/** The page of a package begins with its README. */
function addReadme(app: Application, project: ProjectReflection, folder: string): void {
  const module = project
    .getReflectionsByKind(ReflectionKind.Module)
    .find(({ name }) => name === packageName(folder));
  if (!module?.isDeclaration()) throw new Error(`${folder} is not in the reference`);
  const readme = path.join(ROOT, 'packages', folder, 'README.md');
  const file = new MinimalSourceFile(readFileSync(readme, 'utf8'), readme as NormalizedPath);
  module.readme = app.converter.parseRawComment(file, project.files).content;
}
