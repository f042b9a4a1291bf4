/**
 * The pages about the packages' exports: made of the sources and their doc comments by typedoc, one page for each entry point. typedoc
 * reads sources with a TypeScript of its own, which nothing else here uses.
 */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Application, ReflectionKind } from 'typedoc'
import type { TypeDocOptions } from 'typedoc'
import type { PluginOptions } from 'typedoc-plugin-markdown'
import { entryPoints } from './entry-points.ts'
import { anchorsOf } from './markdown.ts'
import { root } from './pages.ts'

/** Writes the pages to `api/` of the folder; resolves to the routes, by what one imports. */
export async function writeApi(folder: string): Promise<Map<string, string>> {
  const entries = entryPoints()
  const out = join(folder, 'api')
  const options: Partial<TypeDocOptions & PluginOptions> = {
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: [...entries.keys()],
    tsconfig: writeTsconfig(folder),
    readme: 'none',
    router: 'module',
    entryFileName: 'index',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    disableSources: true,
    // The workspace's own compiler has checked everything already; this older one is only to read.
    skipErrorChecking: true,
    excludeExternals: true,
    excludePrivate: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    groupOrder: ['Functions', 'Classes', 'Interfaces', 'Type Aliases', 'Variables', '*'],
    logLevel: 'Error'
  }
  const app = await Application.bootstrapWithPlugins(options)
  const project = await app.convert()
  if (project === undefined) throw new Error('typedoc could not read the sources')
  for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
    const file = project.getSymbolIdFromReflection(module)?.fileName
    module.name = (file === undefined ? undefined : entries.get(join(file))) ?? module.name
  }
  await app.outputs.writeOutput({ name: 'markdown', path: out }, project)
  if (app.logger.hasErrors()) throw new Error('typedoc has failed; see above')
  rmSync(join(folder, 'tsconfig.json'))
  mend(out)
  return new Map([...entries.values()].map(name => [name, `/api/${name}`]))
}

/** typedoc numbers an anchor where a member has the same name as its owner; the page itself only numbers headings. Nobody edits these pages. */
function mend(out: string): void {
  const files = globSync('**/*.md', { cwd: out }).map(file => join(out, file))
  const anchors = new Map(files.map(file => [file, anchorsOf(readFileSync(file, 'utf8'))]))
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    const mended = text.replaceAll(
      /\]\(([^()#\s]*)#([^()\s]+)-\d+\)/g,
      (whole, path: string, base: string) => {
        const target = anchors.get(path === '' ? file : join(dirname(file), path))
        const isThere = target?.has(whole.slice(whole.indexOf('#') + 1, -1)) ?? true
        return isThere ? whole : `](${path}#${base})`
      }
    )
    writeFileSync(file, `---\neditLink: false\n---\n\n${mended}`)
  }
}

function writeTsconfig(folder: string): string {
  const file = join(folder, 'tsconfig.json')
  mkdirSync(folder, { recursive: true })
  const config = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      composite: false,
      incremental: false,
      noEmit: true,
      tsBuildInfoFile: null,
      lib: ['ES2024', 'ESNext.Iterator', 'ESNext.Disposable', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')]
    },
    include: [join(root, 'packages/*/src/**/*.ts')]
  }
  writeFileSync(file, JSON.stringify(config))
  return file
}
