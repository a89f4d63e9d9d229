import os

from setuptools import find_packages, setup

here = os.path.dirname(os.path.realpath(__file__))
with open(os.path.join(here, "echo", "VERSION")) as file:
    version = file.read().strip()

setup(
    name="echo",
    version=version,
    packages=find_packages(),
    include_package_data=True,
    install_requires=["Flask"],
)
