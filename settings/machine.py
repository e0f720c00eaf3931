"""What the machine or the platform decides, such as Hugging Face Spaces."""

import ipaddress
import sys
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, SettingsConfigDict

from settings.options import Settings


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine reach what listens at `host`, a name or an address."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


class Machine(BaseSettings):
    """The variables that the platform sets."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    # Hugging Face Spaces has the first three.
    system: str = ""
    cpu_cores: str = ""
    spaces_zero_gpu: str = ""
    gradio_root_path: str = ""
    localappdata: Path = Path.home() / "AppData" / "Local"
    xdg_cache_home: Path = Path.home() / ".cache"

    @property
    def home(self) -> Path:
        """The platform's cache folder for this app."""
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / "glassbox"
        return (self.localappdata if sys.platform == "win32" else self.xdg_cache_home) / "glassbox"

    def is_alone(self, chosen: Settings) -> bool:
        """Whether only programs on this machine can connect: a local address, no proxy, no public link."""
        behind_proxy = chosen.proxies > 0 or bool(self.gradio_root_path)
        return is_loopback(chosen.host) and not chosen.share and not behind_proxy

    def defaults(self) -> dict[str, Any]:
        """The settings whose default depends on the machine.

        On Hugging Face Spaces the app listens everywhere, since the Space's own proxy stands before it; it loads its
        models while the Space is still building up, and takes the cores that the Space has, not those of the machine
        around it.
        """
        if self.system != "spaces":
            return {"home": self.home}
        threads = int(self.cpu_cores) if self.cpu_cores.isdecimal() else 0
        return {"home": self.home, "host": "0.0.0.0", "proxies": 1, "preload": True, "threads": threads}


def on_space() -> bool:
    """Whether this runs on Hugging Face Spaces."""
    return Machine().system == "spaces"


def on_zero_gpu() -> bool:
    """Whether this runs on a Space with ZeroGPU."""
    return Machine().spaces_zero_gpu.lower() in ("1", "t", "true")
