"""Logs are JSON lines on standard error, one event a line, without personal data."""

import logging
import sys
import traceback
from types import TracebackType

import structlog
from opentelemetry.trace import get_current_span


def _without_text(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """An exception is told by its class and where it came from: its text may quote a row or a record."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = [_told(link) for link in _chain(error)]
    return event


def _chain(error: BaseException | None) -> list[BaseException]:
    links: list[BaseException] = []
    while error is not None and error not in links:
        links.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return links


def _told(error: BaseException) -> dict[str, object]:
    return {"class": f"{type(error).__module__}.{type(error).__qualname__}", "at": _frames(error.__traceback__)}


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def _of_span(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """A line within a span names it, so that the line is found from the trace."""
    context = get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"], event["span_id"] = f"{context.trace_id:032x}", f"{context.span_id:016x}"
    return event


def configure(service: str, level: str = "INFO") -> None:
    """Send every logger's lines through one JSON formatter that names the service."""

    def name_service(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
        return {"service": service, **event}

    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_service,
        _of_span,
        _without_text,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # These tell every rebalance and every request at INFO; their warnings are what matters here.
    for noisy in ("aiokafka", "uvicorn", "uvicorn.access", "httpx", "yoyo"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
