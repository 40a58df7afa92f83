"""Exit code 0 when the web server of this container can take bookings."""

import os
import sys
import urllib.request
from urllib.parse import urlsplit

# Asked by the name that clients use: ALLOWED_HOSTS may not know any other.
host = urlsplit(os.environ.get("BASE_URL", "http://localhost")).netloc
request = urllib.request.Request(
    f"http://127.0.0.1:{os.environ.get('PORT', '8080')}/health/ready", headers={"Host": host}
)
try:
    urllib.request.urlopen(request, timeout=4)  # noqa: S310
except OSError as error:
    sys.exit(str(error))
