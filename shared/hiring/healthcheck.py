"""`python -m hiring.healthcheck` ends with 0 when the service in this container is ready, else with 1 and what it says.

It imports nothing of the service, so that asking every few seconds costs little.
"""

import http.client
import os
import sys

ANSWER_SECONDS = 5.0


def unready(port: int) -> str | None:
    """What /readyz on this machine says against being ready; None where it is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        body = answer.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"no answer: {type(error).__name__}"
    finally:
        connection.close()
    return None if answer.status == http.HTTPStatus.OK else body


if __name__ == "__main__":
    sys.exit(unready(int(os.environ.get("HIRING_HTTP_PORT", "8080"))))
