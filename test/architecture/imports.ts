import { readdirSync } from 'node:fs';
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';

/** Every file of ours but what is generated. */
function sources(): string[] {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' });
  return files.filter((name) => name.endsWith('.ts') && !name.includes('generated/')).map((name) => `src/${name}`);
}

/** An import, an export, or a name in one of them. */
interface Kinds {
  importKind?: string;
  exportKind?: string;
  readonly source?: unknown;
  readonly specifiers?: readonly Kinds[];
}

/**
 * Makes imports of types ones of values: the compiler drops the first, and with them most of what a layer knows of another. The
 * cruiser reads TypeScript by a compiler of before version 7, which is not here, or by Babel.
 */
const typesAsValues = () => ({
  visitor: {
    Program({ node: { body } }: { readonly node: { readonly body: readonly Kinds[] } }) {
      for (const statement of body) {
        for (const each of [statement, ...(statement.specifiers ?? [])]) {
          if (each.importKind) each.importKind = 'value';
          if (each.exportKind && statement.source) each.exportKind = 'value';
        }
      }
    },
  },
});

const babelConfig = {
  babelrc: false,
  configFile: false,
  plugins: [typesAsValues, ['@babel/plugin-transform-typescript', { onlyRemoveTypeImports: true }]],
  parserOpts: { plugins: ['explicitResourceManagement'] },
};

/** Who imports whom in src/, and which of it is forbidden. */
export async function importsOf(forbidden: readonly IForbiddenRuleType[]): Promise<ICruiseResult> {
  const options = { parser: 'acorn' as const, doNotFollow: { path: 'node_modules' }, exclude: { path: '/generated/' } };
  const resolving = {
    extensions: ['.ts', '.js'],
    exportsFields: ['exports'],
    conditionNames: ['import', 'node', 'default'],
  };
  const ruleSet = { forbidden: forbidden.map((rule) => ({ ...rule, severity: 'error' as const })) };
  const { output } = await cruise(sources(), { ...options, validate: true, ruleSet }, resolving, { babelConfig });
  if (typeof output === 'string') throw new Error(output);
  return output;
}
