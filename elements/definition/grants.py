"""Which elements and arguments a tenant may have, and which files they may name: those of the folder that the operator grants it, and of
no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from elements.definition.arguments import Argument, declared, with_argument
from elements.definition.catalogue import find
from elements.definition.element import Element
from elements.definition.folders import inside
from elements.definition.octets import as_octets, as_text
from elements.reference.machine import element_for
from graph.configuration import quote
from graph.diagnostics import ClickError, Diagnostic
from graph.model import Graph, Node
from graph.policy import TenantPolicy


def granted(graph: Graph, tenant: TenantPolicy, policy: Path) -> Graph:
    """``graph`` with the files that ``tenant``'s elements name put in place, as absolute names. Errors: `ClickError` for one that the
    policy, the file ``policy``, does not grant."""
    mistakes: list[Diagnostic] = []
    written: dict[Path, str] = {}
    nodes = []
    for node in graph.nodes:
        found = find(node.class_name)
        if found is not None and found.is_operators:
            mistakes.append(_mistake(node, f"{tenant.name} may not reach into all of the machine", "leave it to the operator"))
        reaching = [] if found is None else _reaching(graph, node, found)
        if reaching:
            # To leave them out with a warning would be another configuration than the tenant wrote.
            message = f"{tenant.name} may not stop the machine, nor call handlers, by {' and '.join(reaching)}"
            mistakes.append(_mistake(node, message, "take that out; what it would do is the operator's"))
        if found is not None and found.writes_by_handler:
            node = replace(node, folder="" if tenant.files is None else str(tenant.files))
        if found is None or found.file_argument is None:
            nodes.append(node)
            continue
        name = as_text(element_for(graph, node).filename)
        if not name:
            nodes.append(node)
            continue
        if tenant.files is None:
            mistakes.append(
                _mistake(
                    node,
                    f"{tenant.name} may use no files",
                    f'to grant it some, write files = "FOLDER" in [tenants.{tenant.name}] of {policy}',
                )
            )
            continue
        try:
            path = inside(tenant.files, name)
        except ValueError as error:
            mistakes.append(_mistake(node, str(error), f"name a file of the folder that {policy} grants {tenant.name}"))
            continue
        if found.writes_file:
            if path in written:
                mistakes.append(_mistake(node, f"{written[path]} writes {name!r}, too", "give each its own file"))
            written[path] = node.name
        nodes.append(replace(node, config=with_argument(found, node.config, found.file_argument, quote(as_octets(str(path))))))
    if mistakes:
        raise ClickError(*mistakes)
    return replace(graph, nodes=tuple(nodes))


def _reaching(graph: Graph, node: Node, found: type[Element]) -> list[str]:
    """The operator's arguments that the element was given."""
    arguments = [each for each in declared(found) if isinstance(each, Argument) and each.is_operators]
    if not arguments:
        return []
    element = element_for(graph, node)
    return [each.name for each in arguments if getattr(element, each.attribute) != each.default]


def _mistake(node: Node, message: str, advice: str) -> Diagnostic:
    return Diagnostic(node.location, f"{node.name} :: {node.class_name}: {message}", advice, node.source_line)
