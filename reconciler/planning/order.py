"""Drafts -> operations in the order of execution, with what each requires. Pure.

Creates come before deletes, so that no caller hears silence, unless a unique value or a quota needs
its holder to let go first. A ring of unique values is opened by one extra patch that parks one of
them. Ties are broken by action, then address: the same drafts give the same bytes.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from hashlib import blake2b
from typing import Final, NamedTuple

from reconciler.fields import Field, FieldTable
from reconciler.model import Action, Change, Json, Live, Operation, Reason
from reconciler.planning.draft import Draft, Kind
from reconciler.planning.likeness import held_value
from reconciler.planning.normal import normal

_RANK: Final = {Action.CREATE: 0, Action.PATCH: 1, Action.DELETE: 2}


class _Node(NamedTuple):
    """The identity of a draft in the graph, in the order that breaks ties."""

    rank: int
    address: str
    parks: bool
    live_id: str


Graph = dict[_Node, set[_Node]]


def put_in_order(
    drafts: Sequence[Draft], live: Sequence[Live], fields: FieldTable
) -> tuple[Operation, ...]:
    """Order the drafts, number them `op-1`, `op-2`… and tie each to what it requires."""
    nodes = {_node(each): each for each in drafts}
    graph: Graph = {node: set() for node in nodes}
    unique = _UniqueValues(nodes, fields)
    unique.tie(graph)
    _tie_quotas(graph, nodes, live, fields)
    _open_rings(graph, nodes, unique)
    _tie_replaces(graph, nodes)
    ordered = _sorted(graph)
    position = {node: index for index, node in enumerate(ordered, 1)}
    return tuple(
        replace(
            nodes[node].operation,
            id=f"op-{position[node]}",
            requires=tuple(f"op-{each}" for each in sorted(position[each] for each in graph[node])),
        )
        for node in ordered
    )


def _node(draft: Draft) -> _Node:
    operation = draft.operation
    return _Node(
        _RANK[operation.action],
        operation.address,
        operation.reason is Reason.VACATE,
        operation.live_id or "",
    )


def _sorted(graph: Graph) -> list[_Node]:
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    ready = sorted(sorter.get_ready())
    ordered: list[_Node] = []
    while ready:
        node = heapq.heappop(ready)
        ordered.append(node)
        sorter.done(node)
        for each in sorter.get_ready():
            heapq.heappush(ready, each)
    return ordered


class _UniqueValues:
    """Who takes and who frees each value that the account holds at most once."""

    def __init__(self, nodes: Mapping[_Node, Draft], fields: FieldTable) -> None:
        self._fields = fields
        self._nodes = nodes
        self.takes: dict[_Node, list[tuple[Field, Json]]] = {}
        self.freed_by: dict[tuple[str, Json], _Node] = {}
        for node, draft in nodes.items():
            self._add(node, draft)

    def tie(self, graph: Graph) -> None:
        """Whoever takes a value requires whoever frees it."""
        for node, taken in self.takes.items():
            for field, value in taken:
                freeing = self.freed_by.get((field.name, value))
                if freeing and freeing != node:
                    graph[node].add(freeing)

    def _add(self, node: _Node, draft: Draft) -> None:
        operation = draft.operation
        described = self._fields.providers.get(operation.provider)
        taken: list[tuple[Field, Json]] = []
        for each in described.fields.values() if described else ():
            if not each.unique:
                continue
            wanted = normal(operation.body.get(each.name), each)
            held = normal(draft.live.body.get(each.name), each) if draft.live else None
            if wanted is not None:
                taken.append((each, wanted))
            lets_go = operation.action is Action.DELETE or each.name in operation.body
            if held is not None and operation.action is not Action.CREATE and lets_go:
                self.freed_by[each.name, held] = node
        self.takes[node] = taken


def _open_rings(graph: Graph, nodes: dict[_Node, Draft], unique: _UniqueValues) -> None:
    """Open each ring of patches that wait for each other by parking one value first."""
    while ring := _ring(graph):
        node = min(each for each in ring if each.rank == _RANK[Action.PATCH])
        before = next(each for each in ring if node in graph[each])
        draft = nodes[node]
        held = next(
            field
            for field, value in unique.takes[before]
            if unique.freed_by.get((field.name, value)) == node
        )
        parking = _parking(draft, held)
        parked = _node(parking)
        nodes[parked] = parking
        graph[parked] = set()
        graph[before].discard(node)
        graph[before].add(parked)
        graph[node].add(parked)


def _ring(graph: Graph) -> list[_Node]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        ring: list[_Node] = error.args[1]
        return ring
    return []


def _parking(draft: Draft, field: Field) -> Draft:
    """The patch that moves a number's unique value out of the way, to one that nobody wants."""
    operation = draft.operation
    held = draft.live.body.get(field.name) if draft.live else None
    value = _parked(str(held), operation.live_id or "")
    # As the operation tells it: what is held may be a secret.
    shown = next((each.before for each in operation.changes if each.path == field.name), held)
    note = "parked for a moment: two numbers swap this value"
    vacate = replace(
        operation,
        reason=Reason.VACATE,
        body={field.name: value},
        changes=(Change(field.name, shown, value, note=note),),
    )
    return replace(draft, operation=vacate)


def _parked(uri: str, live_id: str) -> str:
    """A SIP URI of the same host, and so of the same region, that is this number's alone."""
    scheme, _, rest = uri.partition(":")
    host = rest.rpartition("@")[2]
    user = blake2b(f"{live_id} {uri}".encode(), digest_size=8).hexdigest()
    return f"{scheme}:parked-{user}@{host}"


def _tie_quotas(
    graph: Graph, nodes: Mapping[_Node, Draft], live: Sequence[Live], fields: FieldTable
) -> None:
    """Where an account is full, each further create requires a delete that frees a slot."""
    for provider in fields.providers.values():
        for field in (each for each in provider.fields.values() if each.quota):
            used = sum(
                1
                for each in live
                if each.provider == provider.name and held_value(each, field) is not None
            )
            takers = sorted(
                node
                for node, draft in nodes.items()
                if draft.operation.action is Action.CREATE
                and draft.operation.body.get(field.name) is not None
            )
            freeing = sorted(
                node
                for node, draft in nodes.items()
                if draft.operation.action is Action.DELETE
                and draft.operation.provider == provider.name
                and draft.live
                and held_value(draft.live, field) is not None
            )
            waiting = takers[max(0, field.quota - used) :]
            for taker, freed in _paired(waiting, freeing):
                graph[taker].add(freed)


def _paired(takers: Iterable[_Node], freeing: Sequence[_Node]) -> Iterable[tuple[_Node, _Node]]:
    """Pair each create with a delete, a replaced number with its own successor first."""
    own = {node.address: node for node in freeing}
    others = set(freeing)
    left = list(takers)
    for taker in list(left):
        if taker.address in own:
            yield taker, own[taker.address]
            others.discard(own[taker.address])
            left.remove(taker)
    yield from zip(left, sorted(others), strict=False)


def _tie_replaces(graph: Graph, nodes: Mapping[_Node, Draft]) -> None:
    """Tie the two halves of each replace: the new number first, unless it waits for the old."""
    halves: dict[str, list[_Node]] = defaultdict(list)
    for node, draft in nodes.items():
        if draft.kind is Kind.REPLACE:
            halves[draft.operation.address].append(node)
    for address in sorted(halves):
        create, *deletes = sorted(halves[address])
        if create.rank != _RANK[Action.CREATE]:
            continue  # What an earlier run replaced has its successor already.
        for delete in deletes:
            if _reaches(graph, create, delete):
                graph[create].add(delete)
            else:
                graph[delete].add(create)


def _reaches(graph: Graph, start: _Node, goal: _Node) -> bool:
    seen = {start}
    open_nodes = [start]
    while open_nodes:
        for each in graph[open_nodes.pop()]:
            if each == goal:
                return True
            if each not in seen:
                seen.add(each)
                open_nodes.append(each)
    return False
