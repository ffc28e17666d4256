"""Each overlay twice: as its files say, everywhere; and as kustomize puts it together, where that is installed."""

import pytest

from .manifests import NO_KUSTOMIZE, OVERLAYS, Manifest, from_files, rendered


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _built(*overlays: str) -> list[object]:
    """Every manifest of each of these overlays, both ways."""
    missing = pytest.mark.skipif(NO_KUSTOMIZE, reason="no kustomize here")
    return [
        pytest.param((build, overlay), id=f"{how}-{overlay}", marks=marks)
        for how, build, marks in (("files", from_files, ()), ("kustomize", rendered, missing))
        for overlay in overlays
    ]


@pytest.fixture(params=_built(*OVERLAYS))
def built(request: pytest.FixtureRequest) -> tuple[Manifest, ...]:
    """Each overlay."""
    build, overlay = request.param
    return tuple(build(overlay))


@pytest.fixture(params=_built("small", "cluster"))
def with_strimzi(request: pytest.FixtureRequest) -> tuple[Manifest, ...]:
    """Each overlay whose Kafka is Strimzi's."""
    build, overlay = request.param
    return tuple(build(overlay))


@pytest.fixture(params=_built("cluster", "own-kafka"))
def with_keda(request: pytest.FixtureRequest) -> tuple[Manifest, ...]:
    """Each overlay that scales by itself."""
    build, overlay = request.param
    return tuple(build(overlay))
