"""Theories of formulas are collected, and every claim is a test of its own."""

from __future__ import annotations

from conftest import HERE

GOOD = (HERE.parents[1] / "examples" / "theories" / "quadratic-unit.toml").read_text(encoding="utf-8")
FALSE = (HERE.parents[1] / "examples" / "theories" / "textbook-balance.toml").read_text(encoding="utf-8")


def test_every_claim_is_a_test(pytester):
    pytester.makefile(".theory.toml", good=GOOD)
    result = pytester.runpytest("-v", "--equipartition-instances=8")
    result.assert_outcomes(passed=GOOD.count("[[claim]]"))
    result.stdout.fnmatch_lines(["*good.theory.toml::*/* PASSED*"])


def test_a_false_claim_fails_with_its_verdict_and_instance(pytester):
    pytester.makefile(".theory.toml", false=FALSE)
    result = pytester.runpytest("--equipartition-seed=3")
    result.assert_outcomes(failed=FALSE.count("[[claim]]"))
    result.stdout.fnmatch_lines(["*textbook-balance/equal-gradients: refuted:*", "*instance *", "*textbook-balance/any-loss: powerless:*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_one_claim_can_be_chosen_by_its_name(pytester):
    path = pytester.makefile(".theory.toml", false=FALSE)
    result = pytester.runpytest(f"{path}::textbook-balance/equal-norms")
    result.assert_outcomes(failed=1)


def test_a_file_that_makes_no_sense_is_an_error_with_its_line(pytester):
    pytester.makefile(".theory.toml", broken="x =")
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*broken.theory.toml:1:*", "1 | x ="])


def test_what_the_library_does_not_understand_fails_every_claim(pytester):
    pytester.makefile(".theory.toml", broken=FALSE.replace("law =", "lwa =", 1))
    result = pytester.runpytest()
    result.assert_outcomes(failed=FALSE.count("[[claim]]"))
    result.stdout.fnmatch_lines(["*broken.theory.toml:*lwa*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_other_files_are_left_alone(pytester):
    pytester.makefile(".toml", pyproject="x = 1")
    assert pytester.runpytest().ret == 5
