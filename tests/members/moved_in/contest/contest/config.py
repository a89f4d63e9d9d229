import configparser
import os
import warnings

warnings.warn("contest is old", DeprecationWarning, stacklevel=1)

config_ini = configparser.ConfigParser()
config_ini.read(os.path.join(os.path.dirname(os.path.abspath(__file__)), "config.ini"))


class Config:
    JSON_SORT_KEYS = config_ini["server"].getboolean("JSON_SORT_KEYS")
