"""The tag of the wheel: any Python 3, this platform. auditwheel replaces the platform."""

import sysconfig

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PlatformTag(BuildHookInterface):
    """Marks the wheel as one for this platform: it carries a program."""

    def initialize(self, version, build_data):
        """Set the tag before the wheel is written."""
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
