// One database engine in a process of its own, for bench/node.go.
//
//   node peer.mjs duckdb|clickhouse PATH
//
// opens (or makes) the database at PATH and writes {"version": …}. Then each line of standard input is a request and gets a line in return:
//
//   {"do": "run",  "sql": …}             {}
//   {"do": "ask",  "sql": …}             {"rows": [[…]]}: cells as text, or null
//   {"do": "time", "sql": …, "runs": n}  {"ms": […]}: until the engine has handed over all rows, in its own columnar form
//
// or {"error": …}. It ends with its standard input.
import { createInterface } from 'node:readline';

const engines = { duckdb, clickhouse };

async function duckdb(path) {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const db = await (await DuckDBInstance.create(path)).connect();
  await db.run("set timezone = 'UTC'");
  const rows = async (sql) => (await db.runAndReadAll(sql)).getRowsJson();
  return {
    version: (await rows('select version()'))[0][0],
    run: (sql) => db.run(sql),
    ask: rows,
    async prepare(sql) {
      const statement = await db.prepare(sql);
      return () => statement.runAndReadAll();
    },
    close: () => db.closeSync(),
  };
}

async function clickhouse(path) {
  const { Session } = await import('chdb');
  const session = new Session(path);
  const rows = async (sql) => (await session.queryAsync(sql, { format: 'JSONCompactEachRow' })).text()
    .split('\n').filter((line) => line !== '').map(parseCells);
  return {
    version: (await rows('select version()'))[0][0],
    run: (sql) => session.queryAsync(sql),
    ask: rows,
    prepare: async (sql) => async () => (await session.queryAsync(sql, { format: 'Native' })).bytes(),
    close: () => session.close(),
  };
}

// parseCells reads a line of JSONCompactEachRow; numbers stay the text that they are, since large ones are no doubles.
function parseCells(line) {
  const cells = [];
  for (const [cell] of line.matchAll(/"(?:[^"\\]|\\.)*"|[^[\],\s]+/g)) {
    cells.push(cell === 'null' ? null : cell[0] === '"' ? JSON.parse(cell) : cell);
  }
  return cells;
}

async function answer(engine, { do: what, sql, runs }) {
  switch (what) {
    case 'run':
      await engine.run(sql);
      return {};
    case 'ask':
      return { rows: (await engine.ask(sql)).map((row) => row.map((cell) => (cell === null ? null : String(cell)))) };
    case 'time': {
      const run = await engine.prepare(sql);
      const ms = [];
      for (let i = 0; i < runs; i++) {
        const start = performance.now();
        await run();
        ms.push(performance.now() - start);
      }
      return { ms };
    }
    default:
      throw new Error(`unknown request ${what}`);
  }
}

const [kind, path] = process.argv.slice(2);
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');
try {
  const engine = await engines[kind](path);
  say({ version: engine.version });
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      say(await answer(engine, JSON.parse(line)));
    } catch (e) {
      say({ error: e.message });
    }
  }
  await engine.close();
} catch (e) {
  say({ error: e.message });
  process.exitCode = 1;
}
