# nix/lock/python.json: the packages by name.
{ file }:
(import ../lock.nix { inherit file; command = "./please lock"; }).packages
