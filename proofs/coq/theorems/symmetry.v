(* Symmetries: each theorem proves the statement of its name in statements/symmetry.v. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra fingroup perm.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices families learning complete.
From Equipartition.statements Require Import symmetry.
From Equipartition.lemmas Require balance symmetry.
Module L := Equipartition.lemmas.symmetry.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem symmetry_gradient_transform : symmetry_gradient_transform_statement.
Proof.
move=> R n Z l g K theta uK sym gr grK z.
apply: (L.gradient_transform_mx uK _ (gr z) (grK z)); exists 1 => [|h _]; first exact: ltr01.
exact: sym.
Qed.

Theorem symmetry_dataset_permutation : symmetry_dataset_permutation_statement.
Proof.
move=> R V Z p l g Lam K gamma D pi [[KD KZ Ko] Kor] [Dn DK gr] sym w com; split=> [x Dx|x G G' Dx].
  exact: (@L.entropic_loss_preserved R V Z p l g Lam gamma K pi KD KZ Ko Kor D Dn DK gr sym w com x Dx).
exact: (@L.entropic_gradient_preserved R V Z p l g Lam gamma K pi KD KZ Ko Kor D Dn DK gr sym w com x G G' Dx).
Qed.

Theorem symmetry_discrete_preserved : symmetry_discrete_preserved_statement.
Proof.
move=> R V Z p l g Lam K gamma D o s sym com.
by apply: (@symmetry_dataset_permutation R V Z p l g Lam K gamma D 1%g) => // [x z Dx|z]; rewrite perm1 ?sym.
Qed.

Lemma rotation (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) g (eta gamma : R) (K : V -> V) D :
  orthogonal K -> smooth l g K D -> (forall x z, D x -> l z (K x) = l z x) ->
  (forall x, D x -> S p g (fun y => eta *: y) (K x) = S p g (fun y => eta *: y) x) /\
  preserved p l g (fun y => eta *: y) gamma K D.
Proof.
move=> o s sym; have [[KD KZ Ko] Kor] := o; have [Dn DK gr] := s.
have com x : eta *: K x = K (eta *: x) by rewrite KZ.
split; last exact: symmetry_discrete_preserved.
move=> x Dx; have sym1 y z : D y -> l z (K y) = l ((1%g : {perm Z}) z) y by rewrite perm1; apply: sym.
have w z : p ((1%g : {perm Z}) z) = p z by rewrite perm1.
rewrite (@L.S_transform R V Z p l g (fun y => eta *: y) K 1%g KD KZ Ko Kor D Dn DK gr sym1 w x Dx).
by congr (_ * _); apply: eq_bigr => z _; rewrite com Kor.
Qed.

Theorem symmetry_rotation_preserved : symmetry_rotation_preserved_statement.
Proof.
move=> R V Z p l g eta gamma; split; last by move=> K D; apply: rotation.
move=> K A D cR [K0 Kv] aA lin sm sym t; apply: rotation => //; last exact: sym.
split=> // x y; have [KD KZ _] := lin t.
have NK s u : N (K s u) = N u.
  suff h r : deriv_at (fun q => N (K q u)) r 0 by rewrite (constant cR h) K0.
  have z0 : 2 * <<K r u, A (K r u)>> = 0.
    have /eqP := aA (K r u) (K r u); rewrite ipC -addr_eq0 -mulr2n -mulr_natl => /eqP e.
    exact: e.
  have := deriv_N (Kv r u); rewrite /= addr0 z0.
  exact.
have := NK t (x + y); rewrite KD !ND !NK => /eqP.
rewrite (inj_eq (addIr _)) (inj_eq (addrI _)) => /eqP h.
by apply: (@mulfI R 2) => //; rewrite pnatr_eq0.
Qed.

Theorem symmetry_continuous_broken : symmetry_continuous_broken_statement.
Proof.
split=> [R V Z p l g K Ks A At Lam x fam gr sym rt|].
  by split; [exact: (L.broken_orbit p Lam fam gr sym) | exact: (L.broken_derivative p fam gr sym rt)].
move=> R V Z p g K Ki Kt Kit Lam Lami x KKi KiK aK aKi sL LLi LiL LiB nor gK gKi v.
have KtKit y : Kt (Kit y) = y.
  by apply: ip_inj => u; rewrite ipC -aK -aKi KiK ipC.
have sLi y y' : <<Lami y, y'>> = <<y, Lami y'>> by rewrite -[y' in LHS]LLi -sL LLi.
have lin3 (a b c k : R) : k * a + k * b - 2 * (k * c) = k * (a + b - 2 * c) by ring.
rewrite /S lin3; congr (_ * _); rewrite mulr_sumr -big_split -sumrB; apply: eq_bigr => z _ /=.
rewrite gK gKi lin3; congr (_ * _).
set G := g z x; rewrite /v -/G LiB LiL.
have KitKt y : Kit (Kt y) = y by apply: ip_inj => u; rewrite ipC -aKi -aK KKi ipC.
have kn : Lam (Kit (Lami (Ki (Lam G)))) = Ki (Lam (Kit G)).
  have := nor (Kit (Lami (Ki (Lam G)))); rewrite KtKit LLi KKi.
  set Y := Lam (Kit _) => /(congr1 Lami); rewrite !LiL => e.
  by rewrite [in RHS]e KitKt LLi KiK.
rewrite ipBl !ipBr.
have e1 : <<Ki (Lam G), Kt G>> = <<G, Lam G>> by rewrite -aK KKi ipC.
have e2 : <<Lam (Kt G), Lami (Ki (Lam G))>> = <<G, Lam G>> by rewrite sL LLi ipC.
have e3 : <<Ki (Lam G), Lami (Ki (Lam G))>> = <<Kit G, Lam (Kit G)>>.
  by rewrite aKi sL kn ipC aKi ipC.
rewrite e1 e2 e3 (ipC (Lam (Kt G))); move: <<_, _>> <<_, _>> <<_, _>> => s1 s2 s3; ring.
Qed.

Theorem symmetry_unique_minimum : symmetry_unique_minimum_statement.
Proof.
move=> R W U T Z p l g x eta gamma D Dn Dr Dx gr sym P Q FF P0 Q0.
have prof a : 0 < a -> FF (rescale a x) = FF x + P x * (a ^+ 2 - 1) + Q x * (a ^- 2 - 1).
  move=> a0; apply: L.orbit_profile; first exact: lt0r_neq0.
  - by move=> z; apply: gr.
  - by move=> z; apply: gr; apply: Dr.
  by move=> z; apply: near_impl (Dn _ Dx) => y; apply: sym.
have gE a z : 0 < a -> g z (rescale a x) = rescale a^-1 (g z x).
  move=> a0; have an := lt0r_neq0 a0.
  apply: (gradient_transform (K := rescale a) _ _ _ _ _ (gr z x Dx) (gr z _ (Dr _ _ a0 Dx))).
  - by move=> y y'; rewrite /rescale /= !scalerDr.
  - by move=> c y; congr (_, _, _); rewrite /= !scalerA mulrC.
  - move=> [[w u] r]; exists ((a *: w, a^-1 *: u), r); rewrite /rescale /= !scalerA.
    by rewrite mulVf // mulfV // !scale1r.
  - move=> y y'; rewrite !pairE /= !ipZl !ipZr invrK !mulrA mulVf // mulfV // !mul1r //.
  by apply: near_impl (Dn _ Dx) => y; apply: sym.
have PQ b : 0 < b -> P (rescale b x) = b ^+ 2 * P x /\ Q (rescale b x) = Q x / b ^+ 2.
  move=> b0; have bn := lt0r_neq0 b0; rewrite /P /Q /= !NZ.
  have -> : \sum_z p z * N (g z (rescale b x)).1.1 = b ^+ 2 * \sum_z p z * N (g z x).1.1.
    by rewrite mulr_sumr; apply: eq_bigr => z _; rewrite gE //= NZ invrK mulrCA.
  have -> : \sum_z p z * N (g z (rescale b x)).1.2 = b ^- 2 * \sum_z p z * N (g z x).1.2.
    by rewrite mulr_sumr; apply: eq_bigr => z _; rewrite gE //= NZ exprVn mulrCA.
  move: (N x.1.1) (N x.1.2) (\sum_z _) (\sum_z _) => n1 n2 s1 s2.
  by rewrite exprVn; split; field.
have fourth (a b : R) : 0 < a -> 0 < b -> a ^+ 4 = b ^+ 4 -> a = b.
  have sq (u v : R) : 0 <= u -> 0 <= v -> u ^+ 2 = v ^+ 2 -> u = v.
    by move=> u0 v0 /eqP; rewrite eqr_expn2 // => /eqP.
  move=> a0 b0; rewrite (_ : 4%N = (2 * 2)%N) // !exprM => h.
  apply: (sq _ _ (ltW a0) (ltW b0)); exact: (sq _ _ (sqr_ge0 _) (sqr_ge0 _) h).
split; [|split].
- move=> a a0; rewrite prof // /FF /F /P /Q.
  have -> : \sum_z p z * <<g z x, eta *: g z x>> = eta * (\sum_z p z * N (g z x).1.1 + \sum_z p z * N (g z x).1.2 + \sum_z p z * N (g z x).2).
    rewrite -!big_split mulr_sumr; apply: eq_bigr => z _ /=; rewrite ipZr !pairE.
    by move: (N _) (N _) (N _) (p z) => *; ring.
  rewrite !pairE; move: (\sum_z _) (\sum_z _) (\sum_z _) (\sum_z _) (N x.1.1) (N x.1.2) (N x.2) (a ^- 2) => *.
  by field.
- pose a := Num.sqrt (Num.sqrt (Q x / P x)); have q0 : 0 < Q x / P x by rewrite divr_gt0.
  have a0 : 0 < a by rewrite !sqrtr_gt0.
  have a4 : a ^+ 4 = Q x / P x by rewrite (_ : 4%N = (2 * 2)%N) // exprM !sqr_sqrtr ?sqrtr_ge0 ?ltW.
  exists a; split=> // b b0.
  have := L.unique_minimum (p := P x) (q := Q x) P0 a0 b0; rewrite a4 mulrC divfK ?lt0r_neq0 // => /(_ erefl) [le eq].
  have E c : 0 < c -> FF (rescale c x) = (FF x - P x - Q x) + L.profile (P x) (Q x) c.
    by move=> c0; rewrite prof // /L.profile; move: (c ^- 2) => ci; ring.
  rewrite !E //; split; first by rewrite ler_add2l.
  by rewrite (inj_eq (addrI _)) eq.
move=> a b c a0 b0 c0 a4; have [-> ->] := PQ b b0 => c4.
have an := lt0r_neq0 a0; have bn := lt0r_neq0 b0; have cn := lt0r_neq0 c0.
have -> : a = c * b.
  apply: fourth => //; first exact: mulr_gt0.
  rewrite exprMn c4 a4; move: (P x) (Q x) (lt0r_neq0 P0) => q q' qn; by field; rewrite qn bn.
by rewrite /rescale /= !scalerA invfM; congr (_ *: _, _ *: _, _); rewrite mulrC.
Qed.

Theorem symmetry_translation : symmetry_translation_statement.
Proof.
move=> R V Z p l g v D Dn Dv gr inv.
have or z x : D x -> <<v, g z x>> = 0.
  move=> Dx; have gx : grad (l z) (x + 0 *: v) (g z x) by rewrite scale0r addr0; apply: gr.
  rewrite ipC; apply: deriv_uniq (chain gx (vel_line x v)) _.
  by apply: deriv_ext (deriv_cst (l z x)); apply: smallT => t; rewrite inv.
have gE z x t : D x -> g z (x + t *: v) = g z x.
  move=> Dx; apply: ip_inj => w; pose c s := x + t *: v + s *: w; pose c' s := x + s *: w.
  have g1 : grad (l z) (c 0) (g z (x + t *: v)) by rewrite /c scale0r addr0; apply/gr/Dv.
  have g2 : grad (l z) (c' 0) (g z x) by rewrite /c' scale0r addr0; apply: gr.
  apply: deriv_uniq (chain g1 (vel_line _ w)) _; apply: deriv_ext (chain g2 (vel_line _ w)).
  apply: small_impl (near_line w (Dn _ Dx)) => s Ds.
  by rewrite /c /c' [x + t *: v + _]addrAC inv.
have sum0 b x : D x -> <<v, \sum_z b z *: g z x>> = 0.
  by move=> Dx; rewrite ip_sumr big1 // => z _; rewrite ipZr or // mulr0.
split=> [//|Lam x t Dx|x b eta gamma Dx|x b eta Dx].
- by congr (_ * _); apply: eq_bigr => z _; rewrite gE.
- by rewrite ipBr ipZr ipDr sum0 // ipZr; ring.
by rewrite ipBr ipZr sum0 // mulr0 subr0.
Qed.
