#!/bin/sh
# mustache-peers.sh [BUILD]: the same template and data by mustache.js and hogan.js, when node has them (NODE_PATH, or
# node_modules above the working directory). Nothing is fetched: what is not there is said, and is no failure.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
bench=${1:-$top/build}/tests/bench/bench_mustache
[ -x "$bench" ] || { echo "mustache-peers: build first: make benches" >&2; exit 2; }
command -v node >/dev/null || { echo "mustache-peers: no node here: nothing compared"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$bench" template >"$work/template"
for rows in 10 10000; do "$bench" data "$rows" >"$work/$rows.json"; done
cat >"$work/peers.js" <<'JS'
const fs = require('fs'), module_ = require('module'), folder = process.argv[2];
const from = module_.createRequire(process.cwd() + '/');
const find = (name) => { try { return from(name); } catch { try { return require(name); } catch { return null; } } };
const text = fs.readFileSync(folder + '/template', 'utf8');
const makers = {
    'mustache': (m) => { m.parse(text); return (data) => m.render(text, data); },
    'hogan.js': (m) => { const t = m.compile(text); return (data) => t.render(data); },
};
for (const [name, make] of Object.entries(makers)) {
    const found = find(name);
    if (!found) { console.log(`${name}: not here, not compared`); continue; }
    const render = make(found);
    for (const [rows, times] of [[10, 5000], [10000, 5]]) {
        const data = JSON.parse(fs.readFileSync(`${folder}/${rows}.json`, 'utf8')), figures = [];
        for (let round = 0; round < 21; round++) {
            const begin = process.cpuUsage();
            for (let i = 0; i < times; i++) render(data);
            const used = process.cpuUsage(begin);
            figures.push((used.user + used.system) / times);
        }
        figures.sort((a, b) => a - b);
        console.log(`${name}, ${rows} rows, us: ${figures[10].toFixed(2)} [${figures[5].toFixed(2)}-${figures[15].toFixed(2)}]`);
    }
}
JS
node "$work/peers.js" "$work"
