"""Every row of hostile-inputs.md, and the tests that hold it: what is refused, and its nearest neighbour that is not.

A row that another room holds well is not copied here. Named are a test (`file::function`), or a file of the corpus.
"""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
ROWS = {
    "G": 5, "P": 9, "H": 11, "M": 3, "F": 8, "Q": 7, "T": 4, "N": 5, "L": 12, "C": 9, "R": 14, "S": 7, "W": 10, "X": 6, "O": 9,
}  # fmt: skip
"""How many rows each table of the specification has."""

TEXT, OBJECTS, REFERENCES, PRECEDENCE = ("test_text.py", "test_objects.py", "test_references.py", "test_precedence.py")
LISTENERS, FILTERS, EXPRESSIONS = ("test_listeners.py", "test_filters.py", "test_expressions.py")
BACKENDS, COMMAND, OPERATION, BOMBS = "test_backends.py", "test_command.py", "test_operation.py", "test_bombs.py"
POLICIES = "property/test_path_policies.py"
LINE = f"{TEXT}::test_a_broken_line_refuses_the_load_and_names_its_place"
JSON = f"{TEXT}::test_json_has_the_same_rules"
REJECTED = f"{OBJECTS}::test_a_rejected_object_is_named_and_takes_no_part"
WRITES = f"{FILTERS}::test_what_a_filter_may_not_write"
PATTERN = f"{EXPRESSIONS}::test_a_pattern_that_is_refused_is_its_authors_concern"

HELD: dict[str, tuple[str, ...]] = {
    "HI-G1": (
        f"{POLICIES}::test_guard_answers_as_none_does_or_refuses",
        "corpus/guard/worked-guard",
        "corpus/guard/worked-none",
    ),
    "HI-G2": (f"{POLICIES}::test_guard_answers_as_none_does_or_refuses", "corpus/guard/dot-segments", "corpus/guard/slashes"),
    "HI-G3": (f"{POLICIES}::test_a_path_with_one_reading_is_one", "corpus/guard/dot-segments"),
    "HI-G4": (
        f"{POLICIES}::test_a_rule_that_does_not_match_costs_at_most_a_refusal",
        "corpus/guard/a-rule-can-come",
        "corpus/guard/a-rule-was-not-there",
    ),
    "HI-G5": (
        f"{POLICIES}::test_what_rewrite_hands_out_is_its_own_normal_form",
        "corpus/guard/rewrite-then-replace",
        "corpus/guard/worked-rewrite",
    ),
    "HI-P1": ("corpus/guard/targets", "corpus/guard/worked-guard", "corpus/paths/asterisk", "corpus/paths/root-prefix"),
    "HI-P2": ("corpus/guard/characters", "corpus/paths/opaque-bytes"),
    "HI-P3": ("corpus/guard/broken-escapes",),
    "HI-P4": (
        "corpus/guard/escaped-value",
        "corpus/paths/escapes",
        "graph/test_oddities.py::test_an_odd_spelling_of_a_path_is_reported",
    ),
    "HI-P5": (
        "corpus/guard/each-reading",
        "corpus/guard/escapes",
        "corpus/guard/dot-segments",
        "corpus/guard/slashes",
        "corpus/guard/parameters",
        "corpus/guard/same-rule",
        "corpus/guard/same-conditions",
        "corpus/guard/regex",
    ),
    "HI-P6": ("corpus/paths/question-mark", "corpus/query/bytes"),
    "HI-P7": (
        "corpus/guard/path-length",
        "corpus/guard/path-length-none",
        "corpus/guard/path-length-rewrite",
        f"{COMMAND}::test_a_path_has_a_length",
    ),
    "HI-P8": ("corpus/guard/targets-unchecked", "corpus/guard/worked-none"),
    "HI-P9": ("corpus/guard/rewrite", "corpus/guard/worked-rewrite"),
    "HI-H1": ("corpus/requests/host-characters", "corpus/hostnames/spelling"),
    "HI-H2": ("corpus/requests/host-port", "corpus/hostnames/spelling", "corpus/guard/worked-hosts"),
    "HI-H3": ("corpus/requests/host-dots", "corpus/guard/worked-hosts"),
    "HI-H4": ("corpus/requests/host-address", "corpus/hostnames/addresses"),
    "HI-H5": ("corpus/requests/host-characters", "corpus/guard/worked-hosts"),
    "HI-H6": ("corpus/requests/host-length",),
    "HI-H7": ("corpus/hostnames/addresses", "corpus/listeners/nothing-fits"),
    "HI-H8": ("corpus/hostnames/wildcard", "corpus/hostnames/addresses"),
    "HI-H9": ("corpus/requests/host-header",),
    "HI-H10": ("corpus/listeners/no-fall-back", "corpus/listeners/without-routes"),
    "HI-H11": (
        "graph/test_oddities.py::test_an_address_as_a_hostname_is_reported",
        "api/test_rules_l4.py::test_refused",
        f"{COMMAND}::test_an_address_as_a_hostname_is_told",
    ),
    "HI-M1": ("corpus/requests/method",),
    "HI-M2": ("corpus/requests/method", "corpus/requests/method-under-none"),
    "HI-M3": ("corpus/requests/method",),
    "HI-F1": ("corpus/headers/names",),
    "HI-F2": ("corpus/headers/joined-lines", "corpus/headers/cookie", "corpus/headers/second-line-hides-nothing"),
    "HI-F3": ("corpus/headers/values", "corpus/headers/trimmed-line-by-line"),
    "HI-F4": ("corpus/headers/controls", "corpus/regex/lines-in-a-header"),
    "HI-F5": ("corpus/headers/no-token",),
    "HI-F6": ("corpus/headers/values", "corpus/headers/opaque-bytes"),
    "HI-F7": ("property/test_cost.py::test_header_lines_cost_in_line_with_their_number",),
    "HI-F8": ("corpus/precedence/repeated-name-counts-once",),
    "HI-Q1": ("corpus/query/splitting", "corpus/query/value-with-equals"),
    "HI-Q2": ("corpus/query/decoding", "corpus/query/escaped-names"),
    "HI-Q3": ("corpus/query/first-value", "corpus/query/escaped-names"),
    "HI-Q4": ("corpus/query/escaped-names", "corpus/query/first-value"),
    "HI-Q5": ("corpus/query/empty-value",),
    "HI-Q6": ("corpus/query/bytes", "corpus/query/bytes-unchecked"),
    "HI-Q7": ("corpus/query/too-long", f"{COMMAND}::test_a_query_has_a_length"),
    "HI-T1": ("corpus/listeners/server-name", "corpus/tls/server-name"),
    "HI-T2": ("corpus/listeners/misdirected", "corpus/grpc/over-tls", "corpus/tls/beside-https"),
    "HI-T3": ("corpus/listeners/server-name", "corpus/tls/no-server-name"),
    "HI-T4": ("corpus/tls/passthrough", "corpus/tls/intersection", "corpus/tls/no-fall-back"),
    "HI-N1": ("corpus/grpc/shape", "corpus/grpc/ambiguous"),
    "HI-N2": ("corpus/grpc/any-call", "corpus/grpc/beside-http"),
    "HI-N3": ("corpus/grpc/method", "corpus/grpc/regex"),
    "HI-N4": ("corpus/tcp-udp/oldest", "corpus/tcp-udp/protocols"),
    "HI-N5": ("corpus/tcp-udp/nothing",),
    "HI-L1": (
        LINE,
        JSON,
        f"{TEXT}::test_what_is_no_object",
        f"{TEXT}::test_empty_documents_and_a_byte_order_mark",
        "api/test_documents.py::test_refused",
        "api/test_loading.py::test_no_objects",
    ),
    "HI-L2": (LINE, "api/test_documents.py::test_refused", "api/test_documents.py::test_tags_of_the_core_schema"),
    "HI-L3": (LINE, JSON, "api/test_documents.py::test_refused", "api/test_documents.py::test_read"),
    "HI-L4": (LINE, f"{TEXT}::test_copies_count", "api/test_documents.py::test_aliases_have_a_budget"),
    "HI-L5": (LINE, JSON, "api/test_documents.py::test_json_is_recognised"),
    "HI-L6": (LINE, JSON, f"{TEXT}::test_other_notations_are_text_and_no_port", "api/test_loading.py::test_weight_yes"),
    "HI-L7": (
        f"{TEXT}::test_a_number_of_any_length_rejects_its_object_only",
        "api/test_documents.py::test_long_numbers_are_exact_and_quick",
    ),
    "HI-L8": (f"{TEXT}::test_one_text_has_a_size", "api/test_documents.py::test_size_has_a_limit"),
    "HI-L9": (f"{TEXT}::test_one_object_has_a_size", "api/test_loading.py::test_large_objects_are_rejected"),
    "HI-L10": (f"{TEXT}::test_one_name_has_one_object", "api/test_loading.py::test_duplicates_name_both_places"),
    "HI-L11": (
        f"{TEXT}::test_foreign_kinds_do_no_harm",
        "api/test_loading.py::test_skipped_kinds",
        "api/test_loading.py::test_served_versions",
    ),
    "HI-L12": (
        LINE,
        JSON,
        f"{TEXT}::test_a_line_is_found_again_in_the_deepest_text_that_is_read",
        "api/test_documents.py::test_refused",
    ),
    "HI-C1": (REJECTED, "api/test_rules.py::test_refused", "api/test_checking.py::test_limits"),
    "HI-C2": (REJECTED, "api/test_checking.py::test_integers", "api/test_checking.py::test_integers_in_range"),
    "HI-C3": (REJECTED, "api/test_checking.py::test_limits"),
    "HI-C4": (f"{OBJECTS}::test_null_is_absent", "api/test_checking.py::test_null_is_absent"),
    "HI-C5": (f"{OBJECTS}::test_a_misspelt_condition_is_told", "api/test_checking.py::test_unknown_fields"),
    "HI-C6": (
        REJECTED,
        f"{OBJECTS}::test_an_enum_value_that_came_in_all_the_same_drops_its_rule",
        "graph/test_rules.py::test_what_the_crds_would_refuse_drops_the_rule",
    ),
    "HI-C7": (
        f"{OBJECTS}::test_a_protective_object_that_is_rejected_still_protects",
        f"{OBJECTS}::test_protection_by_a_rejected_object_ends_with_it",
    ),
    "HI-C8": (
        REJECTED,
        f"{OBJECTS}::test_age_is_an_instant_and_none_is_newest",
        "api/test_structs.py::test_instants",
        "corpus/precedence/age-as-an-instant",
        "corpus/precedence/fraction-of-a-second",
        "corpus/precedence/no-age-is-newest",
    ),
    "HI-C9": (REJECTED, "api/test_rules.py::test_refused"),
    "HI-R1": (
        f"{REFERENCES}::test_a_grant_by_the_target_lets_in",
        f"{REFERENCES}::test_no_other_grant_does",
        "graph/test_grants.py::test_text_is_exact",
        "graph/test_grants.py::test_entries_of_two_grants_do_not_combine",
        "graph/test_grants.py::test_an_empty_name_matches_nothing",
        "corpus/backends/grants",
        "corpus/backends/grants-do-not-combine",
    ),
    "HI-R2": (
        f"{REFERENCES}::test_nothing_is_told_about_what_may_not_be_referred_to",
        f"{REFERENCES}::test_a_namespace_that_is_not_there_sounds_like_one_that_is",
        "graph/test_grants.py::test_certificates_permission_before_kind_and_existence",
    ),
    "HI-R3": (
        f"{REFERENCES}::test_backends_of_every_kind_of_route",
        f"{REFERENCES}::test_mirrors_and_authorizers",
        f"{REFERENCES}::test_a_mirror_without_a_grant_gets_no_copy",
        f"{REFERENCES}::test_the_namespace_of_the_target_is_the_one_looked_at",
        "test_certificates.py::test_a_secret_of_another_namespace_needs_its_consent",
        "graph/test_grants.py::test_ca_bundles_and_client_certificates_need_grants_for_the_gateway",
    ),
    "HI-R4": (f"{BACKENDS}::test_a_kind_is_exact_text", "corpus/backends/outcomes"),
    "HI-R5": (f"{BACKENDS}::test_a_backend_is_a_tcp_port_of_the_cluster", "corpus/backends/protocols"),
    "HI-R6": (
        f"{REFERENCES}::test_every_listener_is_judged_alone",
        f"{REFERENCES}::test_names_outside_the_listeners_are_cut_off",
        "graph/test_attachment.py::test_every_listener_is_judged_alone",
        "corpus/listeners/namespaces",
    ),
    "HI-R7": (f"{REFERENCES}::test_selectors", "graph/test_selectors.py::test_operators", "corpus/listeners/metadata-name"),
    "HI-R8": (
        f"{REFERENCES}::test_a_permission_that_goes_is_gone_from_the_next_table",
        f"{REFERENCES}::test_consent_to_a_listener_set_that_goes_is_gone",
    ),
    "HI-R9": (
        f"{PRECEDENCE}::test_equal_rules_of_one_route_are_not_merged",
        f"{PRECEDENCE}::test_the_order_in_which_tenants_are_read_decides_nothing",
        "corpus/precedence/first-rule",
        "property/test_invariants.py::test_order_of_objects_does_not_matter",
    ),
    "HI-R10": (
        f"{PRECEDENCE}::test_an_older_route_keeps_what_it_has",
        f"{PRECEDENCE}::test_names_are_compared_as_one_text",
        "corpus/precedence/full-name",
    ),
    "HI-R11": (f"{PRECEDENCE}::test_http_and_grpc_side_by_side_or_exclusive",),
    "HI-R12": (f"{PRECEDENCE}::test_open_precedence_is_no_isolation", f"{PRECEDENCE}::test_a_name_of_ones_own_cannot_be_taken"),
    "HI-R13": (f"{PRECEDENCE}::test_gateways_of_a_foreign_class_do_nothing", "corpus/listeners/foreign-class"),
    "HI-R14": (
        f"{PRECEDENCE}::test_open_what_an_exact_name_does_not_match_goes_on",
        f"{PRECEDENCE}::test_isolated_names_keep_what_they_do_not_match",
        "corpus/hostnames/falls-through",
        "corpus/hostnames/falls-through-isolated",
    ),
    "HI-S1": (
        f"{LISTENERS}::test_of_one_owner_nobody_wins",
        "graph/test_conflicts.py::test_table",
        "corpus/listeners/conflict",
    ),
    "HI-S2": (
        f"{LISTENERS}::test_between_owners_the_gateway_is_first_and_only_the_loser_is_marked",
        f"{LISTENERS}::test_between_sets_the_older_wins_then_the_first_by_name",
        f"{LISTENERS}::test_quarrelling_listeners_of_the_gateway_still_hold_the_port",
    ),
    "HI-S3": (f"{LISTENERS}::test_nobody_brings_listeners_unless_let_in",),
    "HI-S4": (
        f"{LISTENERS}::test_routes_of_the_gateway_and_of_its_sets_stay_apart",
        f"{LISTENERS}::test_same_is_the_namespace_of_the_set",
    ),
    "HI-S5": (
        f"{LISTENERS}::test_a_set_needs_a_grant_of_its_own",
        f"{LISTENERS}::test_secrets_of_a_set_are_those_of_its_namespace",
    ),
    "HI-S6": (f"{LISTENERS}::test_a_more_specific_name_of_a_set_takes_its_traffic",),
    "HI-S7": (f"{LISTENERS}::test_a_protocol_is_exact_text", "graph/test_listeners.py::test_unknown_protocols_take_no_part"),
    "HI-W1": (
        f"{FILTERS}::test_weight_0_is_never_picked",
        f"{FILTERS}::test_nothing_but_weight_0_is_an_error",
        "corpus/backends/weights",
    ),
    "HI-W2": (
        f"{FILTERS}::test_the_share_of_what_is_not_permitted_goes_to_nobody",
        f"{FILTERS}::test_sums_are_exact",
        "corpus/backends/invalid-share",
    ),
    "HI-W3": (f"{FILTERS}::test_a_rule_without_backends_answers_an_error", "corpus/backends/outcomes"),
    "HI-W4": (
        f"{FILTERS}::test_an_authorizer_that_cannot_be_reached_lets_nobody_through",
        f"{FILTERS}::test_an_authorizer_is_skipped_by_nobody_who_cannot_ask_it",
    ),
    "HI-W5": (
        f"{FILTERS}::test_an_unknown_filter_is_never_skipped",
        f"{FILTERS}::test_a_filter_of_a_registered_kind_is_handed_over",
        "corpus/backends/unknown-filters",
    ),
    "HI-W6": (f"{FILTERS}::test_a_bad_mirror_is_dropped_alone", "corpus/rewrites/mirrors"),
    "HI-W7": (
        f"{FILTERS}::test_a_policy_that_cannot_be_met_leaves_no_plain_text",
        f"{FILTERS}::test_a_broken_policy_of_a_port_does_not_fall_back",
        f"{FILTERS}::test_an_older_broken_policy_is_not_replaced_by_a_younger_one",
        f"{FILTERS}::test_a_policy_of_another_namespace_has_no_say",
        f"{FILTERS}::test_a_mirror_under_a_policy_that_cannot_be_met_gets_no_plain_text",
    ),
    "HI-W8": (WRITES, "api/test_rules.py::test_admitted_but_invalid", "corpus/rewrites/unusable-filters"),
    "HI-W9": (WRITES, f"{FILTERS}::test_the_host_is_changed_by_a_rewrite", "corpus/rewrites/unusable-filters"),
    "HI-W10": (WRITES, "corpus/rewrites/unusable-filters"),
    "HI-X1": (
        f"{EXPRESSIONS}::test_the_whole_value_matches",
        PATTERN,
        "test_patterns.py::test_the_whole_value_matches",
        "corpus/regex/anchors",
        "corpus/regex/classes",
    ),
    "HI-X2": (PATTERN, "test_patterns.py::test_a_refusal_says_why", "corpus/regex/refused"),
    "HI-X3": (
        PATTERN,
        f"{EXPRESSIONS}::test_the_bound_is_the_platforms",
        f"{EXPRESSIONS}::test_the_worst_patterns_that_are_taken_are_quick",
        "test_patterns.py::test_a_refusal_says_why",
        "corpus/regex/bounded",
    ),
    "HI-X4": (PATTERN, "graph/test_rules.py::test_bad_regular_expressions_drop_their_rule", "corpus/regex/refused"),
    "HI-X5": (f"{EXPRESSIONS}::test_a_long_value_does_not_slip_past_a_rule_that_denies", "corpus/regex/long-header"),
    "HI-X6": (
        f"{EXPRESSIONS}::test_many_patterns_of_one_name_answer_as_each_alone",
        f"{EXPRESSIONS}::test_patterns_cost_the_names_that_hold_them",
        f"{BOMBS}::test_a_bomb_ends_within_its_bounds",
    ),
    "HI-O1": (f"{OPERATION}::test_a_decision_outlives_its_router", f"{OPERATION}::test_a_match_sees_one_table"),
    "HI-O2": (
        f"{OPERATION}::test_an_update_that_is_interrupted_anywhere_changes_nothing",
        f"{TEXT}::test_a_router_that_serves_outlives_a_load_that_fails",
    ),
    "HI-O3": (
        f"{OPERATION}::test_a_forked_process_matches",
        f"{OPERATION}::test_copies_answer_alike",
        "stored/test_format.py::test_no_damaged_byte_goes_unseen",
        "stored/test_forged.py::test_no_changed_number_makes_a_match_read_outside",
    ),
    "HI-O4": (
        f"{OPERATION}::test_odd_objects_do_no_harm",
        f"{OPERATION}::test_headers_that_another_thread_changes_do_no_harm",
        f"{OPERATION}::test_no_object_of_ours_can_be_made_without_what_it_needs",
        f"{OPERATION}::test_a_program_that_ends_while_routers_live_ends_well",
    ),
    "HI-O5": (
        f"{OPERATION}::test_the_hash_seed_decides_nothing",
        f"{TEXT}::test_texts_mean_what_mappings_mean",
        "property/test_clusters.py::test_order_of_objects_does_not_matter",
    ),
    "HI-O6": (
        f"{OPERATION}::test_work_and_memory_grow_with_the_input",
        f"{BOMBS}::test_a_bomb_ends_within_its_bounds",
        "graph/test_cost.py::test_a_large_cluster_costs_per_route_what_a_small_one_does",
    ),
    "HI-O7": (f"{OPERATION}::test_a_match_is_bounded", f"{EXPRESSIONS}::test_the_worst_patterns_that_are_taken_are_quick"),
    "HI-O8": ("core/test_seeds.py::test_colliding_names_get_another_seed_and_are_all_found",),
    "HI-O9": (f"{OPERATION}::test_nothing_grows_with_requests_and_swaps",),
}

ENDS, NAMED = f"{COMMAND}::test_a_broken_line_ends_the_command_and_is_named", f"{COMMAND}::test_other_text_that_is_refused"
WRITTEN = f"{COMMAND}::test_what_a_filter_may_not_write"
ASKED: dict[str, str] = {
    **{f"HI-L{number}": ENDS for number in (1, 2, 3, 4, 5, 6, 12)},
    **{f"HI-L{number}": NAMED for number in (7, 8, 9, 10, 11)},
    **{f"HI-C{number}": f"{COMMAND}::test_what_is_rejected_is_named" for number in (1, 2, 3, 6, 9)},
    **{f"HI-C{number}": f"{COMMAND}::test_null_and_misspelt_fields" for number in (4, 5)},
    "HI-C7": f"{COMMAND}::test_a_protective_object_that_is_rejected_stops_the_command",
    **{f"HI-W{number}": WRITTEN for number in (8, 9, 10)},
    "HI-X5": f"{COMMAND}::test_a_value_that_a_pattern_reads_has_a_length",
    "HI-P7": f"{COMMAND}::test_a_path_has_a_length",
    "HI-Q7": f"{COMMAND}::test_a_query_has_a_length",
    "HI-H11": f"{COMMAND}::test_an_address_as_a_hostname_is_told",
}
"""What asks the command about a row, where neither a corpus case nor a World does."""

NOT_OF_THE_COMMAND = {"HI-F7": "a cost of the matcher", "HI-X6": "a cost of the matcher"} | {
    f"HI-O{number}": "of a process that serves; a command ends" for number in range(1, 10)
}


@cache
def functions(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def missing(proof: str) -> str | None:
    """Why a proof is none, or None. One without a folder stands beside this file."""
    name, _, function = proof.partition("::")
    if name.startswith("corpus/"):
        return None if (TESTS / f"{name}.toml").is_file() else f"no file {name}.toml"
    file = TESTS / "security" / name if (TESTS / "security" / name).is_file() else TESTS / name
    if not file.is_file():
        return f"no file {name}"
    if not function.startswith("test_") or function not in functions(file):
        return f"no test {function} in {name}"
    return None


@pytest.mark.parametrize("row", HELD)
def test_a_row_is_held(row: str) -> None:
    assert [fault for proof in HELD[row] if (fault := missing(proof))] == []
    assert HELD[row] != ()


def test_no_row_is_left_out() -> None:
    assert set(HELD) == {f"HI-{letter}{number + 1}" for letter, count in ROWS.items() for number in range(count)}


@pytest.mark.parametrize("row", sorted(set(HELD) - set(NOT_OF_THE_COMMAND)))
def test_the_command_is_asked_about_a_row(row: str) -> None:
    """The third twin: by a case of the corpus that a command line can say, by a World, or by a test of its own."""
    own = ASKED.get(row)
    by_cases = any(proof.startswith("corpus/") and proof in commanded() for proof in HELD[row])
    by_worlds = any(asks_worlds(proof) for proof in HELD[row])
    assert missing(own) is None if own is not None else by_cases or by_worlds


@cache
def commanded() -> frozenset[str]:
    """The files of the corpus with a case that the command is asked."""
    sys.path.append(str(TESTS))  # another folder's modules are no package of this one's
    try:
        from corpus.cases import load_all
        from corpus.engines import command_can_ask
    finally:
        sys.path.remove(str(TESTS))
    return frozenset(
        f"corpus/{file.name}" for file in load_all() if any(command_can_ask(file, case) for case in file.content.case)
    )


def asks_worlds(proof: str) -> bool:
    """Whether a test asks through world.py, which asks the command too."""
    name, _, function = proof.partition("::")
    file = TESTS / "security" / name
    if not file.is_file():
        return False
    text = file.read_text(encoding="utf-8")
    body = next(ast.unparse(node) for node in ast.parse(text).body if getattr(node, "name", None) == function)
    return re.search(r"\bworld\(|\bsecured\(|\.ask\(|\.match\(|\bWorld\(", body) is not None


def test_the_rows_are_those_of_the_specification() -> None:
    page = TESTS.parents[1] / "shared" / "spec" / "hostile-inputs.md"
    if not page.is_file():
        pytest.skip("hostile-inputs.md is not part of this repository, and does not stand beside it")
    assert set(HELD) == set(re.findall(r"^\| (HI-[A-Z]\d+) \|", page.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_test_of_this_folder_holds_something() -> None:
    """Either it is named above, or docs/security.md names it, or its own text says which rule it is about."""
    page = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")
    proofs = [*ASKED.values(), *(proof for each in HELD.values() for proof in each)]
    named = {proof.partition("::")[2] for proof in proofs} | set(re.findall(r"::(test_\w+)", page))
    idle = []
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        if file.name in ("test_rows.py", "test_page.py"):
            continue
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and node.name not in named:
                said = ast.get_docstring(node) or ""
                idle += [] if "HI-" in said or "hostile-inputs.md" in said else [node.name]
    assert idle == []


def test_a_proof_that_is_not_there_is_seen() -> None:
    """Lest everything above passes because nothing was looked at."""
    assert missing(f"{TEXT}::test_one_text_has_a_size") is None
    for absent in (f"{TEXT}::test_nothing", "test_gone.py::test_a", "corpus/regex/gone", "api/test_rules.py", f"{TEXT}::bomb"):
        assert missing(absent) is not None
