// Ballots, and counting them anew.

import { count, same, sorted } from "./bytes.js";

export function readBallot(ballot, rules, codes) {
  const colon = ballot.indexOf(":"), body = ballot.slice(colon + 1);
  if (ballot.slice(0, colon) !== rules.method) return null;
  if (!body) return [];
  const isOrdered = (names) => same(names, sorted(new Set(names))) && names.every((name) => codes.includes(name));
  if (rules.method === "points") {
    const given = body.split(",").map((part) => part.split("="));
    if (!given.every((part) => part.length === 2 && /^[1-9][0-9]{0,4}$/.test(part[1]))) return null;
    const marks = given.map(([code, points]) => [code, Number(points)]), points = marks.map((mark) => mark[1]);
    if (rules.points_total && points.reduce((a, b) => a + b, 0) > rules.points_total) return null;
    if (rules.points_cap && Math.max(...points) > rules.points_cap) return null;
    return isOrdered(marks.map((mark) => mark[0])) ? marks : null;
  }
  if (rules.method === "ranked") {
    const ranks = body.split(">").map((rank) => (rank ? rank.split("=") : []));
    const isGood = ranks.length <= (rules.max_ranks || codes.length) && ranks[ranks.length - 1].length > 0;
    return isGood && ranks.every(isOrdered) ? ranks : null;
  }
  const names = body.split(","), limit = rules.method === "single" ? 1 : rules.max_picks;
  return isOrdered(names) && (!limit || names.length <= limit) ? names.map((name) => [name]) : null;
}

export function exported(marks, method) {
  if (method === "points") {
    const steps = [...new Set(marks.map((mark) => mark[1]))].sort((a, b) => b - a);
    return steps.map((step) => marks.filter((mark) => mark[1] === step).map((mark) => mark[0]));
  }
  if (method !== "ranked") return marks.length ? [marks.flat()] : [];
  const seen = new Set();
  return marks.map((rank) => rank.filter((code) => !seen.has(code) && seen.add(code))).filter((rank) => rank.length);
}

const emptyRound = (number, totals, place = 1, exhausted = 0) => ({
  number, place, totals: Object.fromEntries(totals), exhausted, elected: [], eliminated: [], tied: [], by_lot: [], transfers: {},
});

export function countSums({ rules, codes, ballots, lots }) {
  const totals = new Map(codes.map((code) => [code, 0]));
  for (const [marks, number] of ballots) for (const mark of marks) count(totals, mark[0], rules.method === "points" ? mark[1] * number : number);
  const order = sorted(codes).filter((code) => totals.get(code)).sort((a, b) => totals.get(b) - totals.get(a));
  let winners = order.slice(0, rules.winners), tied = [], byLot = [];
  const level = totals.get(order[rules.winners - 1]);
  if (order.length > rules.winners && level === totals.get(order[rules.winners])) {
    const sure = order.filter((code) => totals.get(code) > level), equal = order.filter((code) => totals.get(code) === level);
    if (rules.tie === "joint") winners = [...sure, ...equal];
    else if (rules.tie === "lot") {
      byLot = equal;
      winners = [...sure, ...[...equal].sort((a, b) => lots.get(a) - lots.get(b)).slice(0, rules.winners - sure.length)];
    } else [winners, tied] = [sure, equal];
  }
  return { totals: Object.fromEntries(totals), winners, tied, rounds: [{ ...emptyRound(1, totals), elected: winners, tied, by_lot: byLot }] };
}

function preferences(ranks, rules) {
  const order = [];
  let empty = 0;
  for (const rank of ranks.slice(0, rules.max_ranks || ranks.length)) {
    empty = rank.length ? 0 : empty + 1;
    if (empty > 1 && rules.skipped === "exhaust_after_2") break;
    if (rank.length > 1 && rules.overvote === "exhaust") break;
    if (rank.length !== 1) continue;
    if (!order.includes(rank[0])) order.push(rank[0]);
    else if (rules.duplicates === "exhaust") break;
  }
  return order;
}

function leaving(totals, rules, lots) {
  const order = sorted(totals.keys()).sort((a, b) => totals.get(a) - totals.get(b));
  let hopeless = [], behind = 0, out, byLot = [];
  order.forEach((code, place) => { if (behind < totals.get(code)) hopeless = order.slice(0, place); behind += totals.get(code); });
  const least = order.filter((code) => totals.get(code) === totals.get(order[0]));
  if (rules.elimination === "batch" && hopeless.length) out = hopeless;
  else if (least.length === 1) out = least;
  else if (rules.tie === "lot") { byLot = least; out = [least.reduce((a, b) => (lots.get(a) > lots.get(b) ? a : b))]; }
  else if (rules.tie === "joint" || least.length === totals.size || least.every((code) => hopeless.includes(code))) out = least;
  else out = [];
  if (out.some((code) => rules.drop_together.includes(code))) {
    const wider = new Set([...out, ...rules.drop_together.filter((code) => totals.has(code))]);
    if (wider.size < totals.size) out = [...wider];
  }
  return [sorted(out), sorted(byLot), least];
}

export function countRanked(vote) {
  const { rules, codes, ballots, lots } = vote, piles = new Map();
  for (const [marks, number] of ballots) count(piles, preferences(marks, rules).join(" "), number);
  const orders = [...piles].map(([order, number]) => [order.split(" "), number]);
  const top = (order, running) => order.find((code) => running.has(code)) ?? "";
  const rounds = [], winners = [];
  let tied = [], left = new Set(codes), isOver = false;
  while (left.size && winners.length < rules.winners && !tied.length && !isOver) {
    let running = new Set(left), elected = null;
    const place = winners.length + 1;
    while (elected === null) {
      const totals = new Map(sorted(running).map((code) => [code, 0]));
      let exhausted = 0;
      for (const [order, number] of orders) { const code = top(order, running); if (code) count(totals, code, number); else exhausted += number; }
      const step = emptyRound(rounds.length + 1, totals, place, exhausted);
      rounds.push(step);
      const active = [...totals.values()].reduce((a, b) => a + b, 0);
      const leader = [...totals.keys()].find((code) => 2 * totals.get(code) > active);
      if (!active) { isOver = true; elected = []; continue; }
      if (leader) { step.elected = elected = [leader]; continue; }
      const [out, byLot, least] = leaving(totals, rules, lots);
      if (out.length === totals.size && rules.tie === "joint") { step.elected = elected = out; continue; }
      if (!out.length || out.length === totals.size) { step.tied = tied = sorted(least); elected = []; continue; }
      Object.assign(step, { eliminated: out, by_lot: byLot });
      const after = new Set([...running].filter((code) => !out.includes(code))), moved = new Map();
      for (const [order, number] of orders) if (out.includes(top(order, running))) count(moved, top(order, after), number);
      step.transfers = Object.fromEntries(moved);
      running = after;
    }
    winners.push(...elected);
    left = new Set([...left].filter((code) => !elected.includes(code)));
  }
  return { totals: { ...Object.fromEntries(codes.map((code) => [code, 0])), ...(rounds[0]?.totals ?? {}) }, winners, tied, rounds, ...pairs(vote) };
}

function pairs({ codes, ballots }) {
  const all = sorted(codes), others = (a) => all.filter((b) => b !== a);
  const table = Object.fromEntries(all.map((a) => [a, Object.fromEntries(others(a).map((b) => [b, 0]))]));
  for (const [ranks, number] of ballots) {
    const rankOf = new Map();
    ranks.forEach((rank, place) => rank.forEach((code) => { if (!rankOf.has(code)) rankOf.set(code, place); }));
    for (const [a, place] of rankOf) for (const b of others(a)) if (place < (rankOf.get(b) ?? ranks.length)) table[a][b] += number;
  }
  const condorcet = all.find((a) => all.length > 1 && others(a).every((b) => table[a][b] > table[b][a])) ?? "";
  const path = Object.fromEntries(all.map((a) => [a, Object.fromEntries(others(a).map((b) => [b, table[a][b] > table[b][a] ? table[a][b] : 0]))]));
  for (const k of all) for (const i of others(k)) for (const j of others(k)) if (i !== j) path[i][j] = Math.max(path[i][j], Math.min(path[i][k], path[k][j]));
  const beaten = new Map(all.map((a) => [a, others(a).filter((b) => path[b][a] > path[a][b]).length]));
  const schulze = [...new Set(beaten.values())].sort((a, b) => a - b).map((n) => all.filter((code) => beaten.get(code) === n));
  return { pairwise: table, condorcet, schulze };
}
