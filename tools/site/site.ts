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

/** The guides, in their order. */
export const GUIDES = [
  'first-container',
  'after-a-crash',
  'containerd-docker-kubernetes',
  'one-package',
  'security',
] as const;

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

const REPOSITORY = 'https://github.com/shimwright/shimwright';

/**
 * Makes the site: the guides, and the reference of all packages from their READMEs and the documentation in their
 * sources.
 *
 * @param out the directory for the pages, which is emptied before; without it, all is checked and nothing written.
 * @returns what TypeDoc finds wrong: an export without documentation, a link that leads nowhere.
 */
export async function makeSite(out?: string): Promise<string[]> {
  const { app, complaints } = await application();
  const project = convert(app);
  app.validate(project);
  if (out !== undefined) await app.generateDocs(project, out);
  return complaints;
}

/** The files that the reference is read from. */
export async function filesRead(): Promise<readonly string[]> {
  const { app } = await application();
  const programs = new Set((app.getEntryPoints() ?? []).map(({ program }) => program));
  return [...programs].flatMap((program) => program.getSourceFiles().map(({ fileName }) => fileName));
}

async function application(): Promise<{ app: Application; complaints: string[] }> {
  const guide = (name: string) => path.join(import.meta.dirname, 'guides', `${name}.md`);
  const app = await Application.bootstrap({
    name: 'Shimwright',
    entryPoints: PACKAGES.flatMap((folder) => entriesOf(folder).map((entry) => sourceOf(folder, entry))),
    projectDocuments: GUIDES.map(guide),
    readme: guide('index'),
    tsconfig: path.join(import.meta.dirname, 'tsconfig.json'),
    compilerOptions: { paths: sources() },
    alwaysCreateEntryPointModule: true,
    excludeExternals: true,
    excludePrivate: true,
    cleanOutputDir: true,
    includeHierarchySummary: false, // it lacks types that extend one of the same name, and is linked from them
    searchInDocuments: true,
    headings: { readme: false, document: true },
    sort: ['documents-first', 'kind', 'instance-first', 'required-first', 'alphabetical-ignoring-documents'],
    navigation: { includeCategories: false, includeGroups: false, includeFolders: false },
    navigationLinks: { GitHub: REPOSITORY },
    favicon: path.join(import.meta.dirname, 'favicon.svg'),
    customCss: path.join(import.meta.dirname, 'style.css'),
    lightHighlightTheme: 'github-light-high-contrast',
    darkHighlightTheme: 'github-dark-high-contrast',
    highlightLanguages: ['js', 'json', 'proto', 'sh', 'text', 'toml', 'ts', 'yaml'],
    disableGit: true,
    sourceLinkTemplate: `${REPOSITORY}/blob/main/{path}#L{line}`,
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
  return { app, complaints };
}

function convert(app: Application): ProjectReflection {
  const project = app.converter.convert((app.getEntryPoints() ?? []).map(named));
  for (const folder of PACKAGES) addReadme(app, project, folder);
  return project;
}

/** Where each entry is imported from: its source, or the pages would change with what happens to be built. */
function sources(): Record<string, string[]> {
  return Object.fromEntries(
    PACKAGES.flatMap((folder) =>
      entriesOf(folder).map((entry) => [entryName(folder, entry), [sourceOf(folder, entry)]]),
    ),
  );
}

function sourceOf(folder: string, entry: string): string {
  return path.join(ROOT, 'packages', folder, 'src', `${entry}.ts`);
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
  // The page has the name of the package above it already.
  const text = readFileSync(readme, 'utf8').replace(/^# .*\n/, '');
  const file = new MinimalSourceFile(text, readme as NormalizedPath);
  module.readme = app.converter.parseRawComment(file, project.files).content;
}
