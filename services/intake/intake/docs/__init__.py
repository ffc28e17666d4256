"""The pages for who integrates: HTTP by Swagger UI, the topics as plain HTML, and the AsyncAPI document.

Everything is made when it is first asked for, and nothing here is on the way of an application.
"""

from intake.docs.routes import routes

__all__ = ["routes"]
