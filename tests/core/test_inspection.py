"""What quality control found in a take, as a value."""

from hypothesis import given
from hypothesis import strategies as st

from pickup.errors import Finding, Severity
from pickup.takes import Inspection, Verdict

AS_VERDICT = {Severity.INFO: Verdict.PASS, Severity.WARNING: Verdict.WARN, Severity.ERROR: Verdict.FAIL}
ORDER = tuple(Verdict)

findings = st.lists(
    st.builds(Finding, severity=st.sampled_from(Severity), code=st.just("CODE"), message=st.text(), where=st.text())
)


@given(findings)
def test_the_verdict_is_the_worst_of_the_findings(found: list[Finding]) -> None:
    worst = max((AS_VERDICT[each.severity] for each in found), key=ORDER.index, default=Verdict.PASS)
    assert Inspection(findings=tuple(found)).verdict is worst


@given(findings, findings)
def test_findings_that_are_added_never_make_it_better(found: list[Finding], more: list[Finding]) -> None:
    first = Inspection(findings=tuple(found))
    second = first.with_findings(more)
    assert second.findings == (*found, *more)
    assert ORDER.index(second.verdict) >= ORDER.index(first.verdict)


def test_measures_are_kept_once_each_in_their_order() -> None:
    inspection = Inspection(measures=(("frames", 48), ("loudness", -30.0)))
    more = inspection.with_findings(measures=[("loudness", -23.0), ("peak", -1.5)])
    assert more.measures == (("frames", 48), ("loudness", -23.0), ("peak", -1.5))
    assert (more.measure("peak"), more.measure("color_drift")) == (-1.5, None)
