import { parse } from 'libpg-query';

/** What a statement does, by Postgres' parser. */
export interface SqlStatement {
  readonly writes: boolean;
  /** Tables that are read or written without a parameter for their `event_id`, or for the `id` of `events`. */
  readonly tablesOfAnyEvent: readonly string[];
  /** Expressions in RETURNING that are no columns. */
  readonly computedReturns: readonly unknown[];
  /** Lateral sub-queries with a limit. */
  readonly lateralLimits: readonly unknown[];
  /** Names of called functions. */
  readonly functions: readonly string[];
}

/** A node of the syntax tree: an object whose only key is its kind, or its contents. */
type Node = { readonly [key: string]: unknown };

export async function parseStatement(text: string): Promise<SqlStatement> {
  const tree = await parse(text);
  const ofKind = (kind: string) => nodesOf(tree, kind);
  const named = new Set(ofKind('CommonTableExpr').map(({ ctename }) => ctename));
  const inserts = ofKind('InsertStmt');
  const changes = [...inserts, ...ofKind('UpdateStmt'), ...ofKind('DeleteStmt')];
  const unbound = [
    ...[...ofKind('SelectStmt').flatMap(partsOfUnion), ...ofKind('UpdateStmt'), ...ofKind('DeleteStmt')].flatMap(
      unboundTables,
    ),
    ...inserts.flatMap((insert) => (insertsForEvent(insert) ? [] : [insert.relation as Node])),
  ];
  return {
    writes: changes.length > 0,
    tablesOfAnyEvent: unbound.map(({ relname }) => String(relname)).filter((name) => !named.has(name)),
    computedReturns: changes
      .flatMap(({ returningClause }) => list((returningClause as Node | undefined)?.exprs))
      .filter((target) => inside(inside(target, 'ResTarget')?.val, 'ColumnRef') === undefined),
    lateralLimits: ofKind('RangeSubselect').filter(({ lateral, subquery }) => lateral && isLimited(subquery)),
    functions: ofKind('FuncCall').map(({ funcname }) => String(lastName(funcname))),
  };
}

/** All nodes of a kind in the tree. */
function nodesOf(tree: unknown, kind: string): Node[] {
  if (Array.isArray(tree)) return tree.flatMap((each) => nodesOf(each, kind));
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([key, value]) => [
    ...(key === kind ? [value as Node] : []),
    ...nodesOf(value, kind),
  ]);
}

/** The query, and those that it is a union of, which have no kind of their own in the tree. */
function partsOfUnion(select: Node): Node[] {
  const parts = [select.larg, select.rarg].filter((part) => part !== undefined);
  return [select, ...parts.flatMap((part) => partsOfUnion(part as Node))];
}

/** Tables of one query, without its sub-queries, that have no condition on their event. */
function unboundTables({ relation, fromClause, usingClause, whereClause }: Node): Node[] {
  const sources = [...list(fromClause), ...list(usingClause)];
  const tables = [...(relation === undefined ? [] : [relation as Node]), ...sources.flatMap(tablesIn)];
  const conditions = [whereClause, ...sources.flatMap(joinConditions)].flatMap(conjuncts);
  return tables.filter((table) => !conditions.some((condition) => comparesEvent(condition, table, tables.length)));
}

function tablesIn(source: Node): Node[] {
  const join = inside(source, 'JoinExpr');
  if (join) return [join.larg, join.rarg].flatMap((side) => tablesIn(side as Node));
  const table = inside(source, 'RangeVar');
  return table ? [table] : [];
}

function joinConditions(source: Node): unknown[] {
  const join = inside(source, 'JoinExpr');
  return join ? [join.quals, ...[join.larg, join.rarg].flatMap((side) => joinConditions(side as Node))] : [];
}

/** The operands of a conjunction. */
function conjuncts(condition: unknown): Node[] {
  const and = inside(condition, 'BoolExpr');
  if (and?.boolop === 'AND_EXPR') return list(and.args).flatMap(conjuncts);
  return condition === undefined ? [] : [condition as Node];
}

/** Whether it is `table.event_id = $1`, or `id = $1` for events. */
function comparesEvent(condition: Node, table: Node, tableCount: number): boolean {
  const comparison = inside(condition, 'A_Expr');
  if (comparison === undefined || lastName(comparison.name) !== '=') return false;
  const column = inside(comparison.lexpr, 'ColumnRef');
  if (column === undefined || !isParameter(comparison.rexpr)) return false;
  const names = list(column.fields).map(nameIn);
  if (names.at(-1) !== (table.relname === 'events' ? 'id' : 'event_id')) return false;
  const alias = (table.alias as Node | undefined)?.aliasname ?? table.relname;
  return names.length === 1 ? tableCount === 1 : names[0] === alias;
}

/** Whether a parameter is inserted as `event_id`. */
function insertsForEvent({ cols, selectStmt }: Node): boolean {
  const place = list(cols).findIndex((column) => inside(column, 'ResTarget')?.name === 'event_id');
  const { targetList, valuesLists } = inside(selectStmt, 'SelectStmt') ?? {};
  const values = [
    ...list(targetList)
      .slice(place, place + 1)
      .map((target) => inside(target, 'ResTarget')?.val),
    ...list(valuesLists).map((row) => list(inside(row, 'List')?.items)[place]),
  ];
  return values.length > 0 && values.every(isParameter);
}

function isParameter(value: unknown): boolean {
  const cast = inside(value, 'TypeCast');
  return cast ? isParameter(cast.arg) : inside(value, 'ParamRef') !== undefined;
}

function isLimited(query: unknown): boolean {
  const { limitCount, limitOffset } = inside(query, 'SelectStmt') ?? {};
  return limitCount !== undefined || limitOffset !== undefined;
}

function lastName(names: unknown): unknown {
  return list(names).map(nameIn).at(-1);
}

const nameIn = (node: Node): unknown => inside(node, 'String')?.sval;

function list(nodes: unknown): Node[] {
  return Array.isArray(nodes) ? nodes : [];
}

/** Contents of a node of this kind. */
function inside(node: unknown, kind: string): Node | undefined {
  return typeof node === 'object' && node !== null ? (Reflect.get(node, kind) as Node | undefined) : undefined;
}
