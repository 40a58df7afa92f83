import ast
from pathlib import Path

from tests.environment import documented_variables

ROOT = Path(__file__).parents[2]


def variables_read_by_settings() -> set[str]:
    """The names in `env.str("NAME", …)` and its siblings."""
    tree = ast.parse(ROOT.joinpath("config/settings.py").read_text())
    return {
        str(call.args[0].value)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def test_env_example_names_what_settings_read_and_nothing_else() -> None:
    # The launcher alone reads HOST: settings do not need to know where the server listens.
    assert documented_variables() - {"HOST"} == variables_read_by_settings()
