from typing import Any

# Not beside the parser: this module's import asks for it by name.
from rest_framework.views import APIView


class View(APIView):
    """Answers are of the moment, and some carry tokens: neither browsers nor proxies keep them."""

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response
