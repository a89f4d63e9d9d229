{ nix }:
let
  outputsOf = arguments: import (nix + "/outputs.nix") ({ kit.greeting = "hello"; directory = ./outputs; } // arguments);
  service = { name = "shop"; kind = "service"; };
  library = { name = "paint"; kind = "library"; };
  ofService = outputsOf { } service;
  ofLibrary = outputsOf { } library;
  inShell = outputsOf { inNixShell = true; } service;
in
{
  # The default of a service, with all its outputs as attributes.
  service = ofService.attribute.name;
  outputs = builtins.attrNames ofService.outputs;
  kit = ofService.attribute.size.greeting;
  member = ofService.attribute.size.name;
  isAttribute = builtins.mapAttrs (name: output: ofService.attribute.${name} == output) ofService.outputs;
  jobs = builtins.mapAttrs (_: job: job.name) ofService.jobs;
  library = ofLibrary.attribute.name;
  nested = builtins.mapAttrs (_: job: job.name) ofLibrary.attribute.parts;
  nestedJobs = builtins.mapAttrs (_: part: builtins.mapAttrs (_: job: job.name) part) ofLibrary.jobs.parts;
  shell = inShell.attribute.name;
  inShell = inShell.attribute.size.name;
}
