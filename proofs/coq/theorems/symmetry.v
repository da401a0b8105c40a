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

Lemma deriv_ip (R : realFieldType) (V : eucl R) (c c' : R -> V) v v' : vel c v -> vel c' v' ->
  deriv (fun t => <<c t, c' t>>) (<<v, c' 0>> + <<c 0, v'>>).
Proof.
move=> cv cv'; have cN : vel (fun t => - c' t) (- v').
  apply: lo_le cv'; apply: smallT => t.
  by rewrite -(NN (c' t - _ - _)) scalerN !opprD !opprK.
have := derivD (derivZ (1 / 4%:R) (deriv_N (velD cv cv'))) (derivZ (- (1 / 4%:R)) (deriv_N (velD cv cN))).
have -> : 1 / 4%:R * (2 * <<c 0 + c' 0, v + v'>>) + - (1 / 4%:R) * (2 * <<c 0 - c' 0, v - v'>>) = <<v, c' 0>> + <<c 0, v'>>.
  rewrite !ipDl !ipDr !ipNl !ipNr (ipC (c' 0) v).
  by move: <<_, _>> <<_, _>> <<_, _>> <<_, _>> => *; field.
apply: deriv_ext; apply: smallT => t; rewrite ND NB.
by move: (N _) <<_, _>> (N _) => *; field.
Qed.

Section Exponential.
Variables (R : realFieldType) (V : eucl R) (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V).
Variables (K Ks : R -> V -> V) (A At Lam Lami : V -> V) (D : V -> Prop) (x : V).
Hypotheses (cR : complete R) (eK : exponential K A) (eKs : exponential Ks (fun y => - At y)).
Hypotheses (dual : forall t x y, <<K t x, Ks t y>> = <<x, y>>) (adj : forall x y, <<A x, y>> = <<x, At y>>).
Hypotheses (lin : forall t, linear_onto (K t)) (sm : forall t, smooth l g (K t) D).
Hypotheses (sym : forall t x z, D x -> l z (K t x) = l z x) (Dx : D x).
Hypotheses (bA : bounded A) (bAt : bounded At) (bL : bounded Lam) (bLi : bounded Lami).
Hypotheses (sL : forall x y, <<Lam x, y>> = <<x, Lam y>>) (LLi : forall x, Lam (Lami x) = x) (LiL : forall x, Lami (Lam x) = x).
Hypothesis posL : forall y, y != 0 -> 0 < <<y, Lami y>>.
Notation y t z := (Ks t (g z x)).
Let av (u : V) : V := A (Lam u) + Lam (At u).

Lemma exp_gradient t z : g z (K t x) = y t z.
Proof.
have [KD KZ Ko] := lin t; have [Dn DK gr] := sm t.
apply: (gradient_transform KD KZ Ko (dual t) _ (gr x z Dx) (gr _ z (DK _ Dx))).
by apply: near_impl (Dn _ Dx) => u; apply: sym.
Qed.
Lemma exp_S t : S p g Lam (K t x) = 1 / 4%:R * \sum_z p z * <<y t z, Lam (y t z)>>.
Proof. by congr (_ * _); apply: eq_bigr => z _; rewrite exp_gradient. Qed.
Let sLi u w : <<Lami u, w>> = <<u, Lami w>>. Proof. by rewrite -[w in LHS]LLi -sL LLi. Qed.
Let yv t z : vel_at (fun s => y s z) t (- At (y t z)). Proof. exact: eKs.2. Qed.
Let img (B : V -> V) t z : bounded B -> vel_at (fun s => B (y s z)) t (B (- At (y t z))).
Proof. by move=> [BB BZ Bb]; apply: (vel_lin (yv t z)). Qed.
Let opp (B : V -> V) u : bounded B -> B (- u) = - B u.
Proof. by move=> [_ BZ _]; rewrite -scaleN1r BZ scaleN1r. Qed.
Let add (B : V -> V) : bounded B -> forall a b, B (a + b) = B a + B b.
Proof. by move=> [BB _ _] a b; have := BB (a + b) b; rewrite addrK => ->; rewrite subrK. Qed.
Definition S1 t : R := - (1 / 2) * \sum_z p z * <<At (y t z), Lam (y t z)>>.
Lemma exp_first t : deriv_at (fun t => S p g Lam (K t x)) t (S1 t).
Proof.
have d z := deriv_ip (yv t z) (img t z bL); rewrite /= in d.
have := derivZ (1 / 4%:R) (deriv_sum (index_enum Z) (fun z => derivZ (p z) (d z))).
have -> : 1 / 4%:R * (\sum_z p z * (<<- At (y t z), Lam (y (t + 0) z)>> + <<y (t + 0) z, Lam (- At (y t z))>>)) = S1 t.
  rewrite /S1 (_ : - (1 / 2) * _ = 1 / 4%:R * (- 2 * \sum_z p z * <<At (y t z), Lam (y t z)>>)); last by field.
  congr (_ * _); rewrite mulr_sumr; apply: eq_bigr => z _.
  have e u : <<u, Lam (At u)>> = <<At u, Lam u>> by rewrite -sL ipC.
  by rewrite addr0 opp // ipNl ipNr e; ring.
by apply: deriv_ext; apply: smallT => s; rewrite exp_S.
Qed.
Hypothesis nor : forall y, A (Lam (At y)) = Lam (At (Lami (A (Lam y)))).
Lemma exp_square u : <<av u, Lami (av u)>> = 2 * (<<At (At u), Lam u>> + <<At u, Lam (At u)>>).
Proof.
rewrite /av (add bLi) LiL !ipDl !ipDr.
have e1 : <<A (Lam u), Lami (A (Lam u))>> = <<At u, Lam (At u)>>.
  by rewrite adj sL -nor ipC adj.
have e2 : <<A (Lam u), At u>> = <<At (At u), Lam u>> by rewrite adj ipC.
have e3 : <<Lam (At u), Lami (A (Lam u))>> = <<At (At u), Lam u>> by rewrite sL LLi ipC e2.
by rewrite e1 e2 e3 sL; ring.
Qed.
Lemma exp_second : deriv_at S1 0 (1 / 4%:R * \sum_z p z * <<av (g z x), Lami (av (g z x))>>).
Proof.
have d z := deriv_ip (img 0 z bAt) (img 0 z bL); rewrite /= in d.
have := derivZ (- (1 / 2)) (deriv_sum (index_enum Z) (fun z => derivZ (p z) (d z))).
have -> : - (1 / 2) * (\sum_z p z * (<<At (- At (y 0 z)), Lam (y (0 + 0) z)>> + <<At (y (0 + 0) z), Lam (- At (y 0 z))>>))
   = 1 / 4%:R * \sum_z p z * <<av (g z x), Lami (av (g z x))>>.
  rewrite (_ : - (1 / 2) * _ = 1 / 4%:R * (- 2 * (\sum_z p z * (<<At (- At (y 0 z)), Lam (y (0 + 0) z)>> + <<At (y (0 + 0) z), Lam (- At (y 0 z))>>)))); last by field.
  congr (_ * _); rewrite mulr_sumr; apply: eq_bigr => z _.
  by rewrite addr0 eKs.1 !opp // ipNl ipNr exp_square; ring.
exact.
Qed.
Lemma exp_zero z : av (g z x) = 0 -> forall t, av (y t z) = 0.
Proof.
move=> v0 t; pose u t := Lami (av (y t z)).
have bD (B C : V -> V) : bounded B -> bounded C -> bounded (fun u => B (C u)).
  move=> [B1 B2 [b b0 Bb]] [C1 C2 [c c0 Cb]]; split=> [a a'|k a|]; rewrite ?C1 ?B1 ?C2 ?B2 //.
  exists (b * c); first exact: mulr_ge0. move=> a.
  by apply: (le_trans (Bb (C a))); rewrite -mulrA ler_wpmul2l.
have bav : bounded av.
  have [P1 P2 [c c0 Pb]] := bD _ _ bA bL; have [Q1 Q2 [d d0 Qb]] := bD _ _ bL bAt.
  split=> [a a'|k a|]; first by rewrite /av P1 Q1 opprD addrACA.
    by rewrite /av P2 Q2 scalerDr.
  exists (2 * c + 2 * d) => [|a]; first by rewrite addr_ge0 ?mulr_ge0 ?ler0n.
  apply: le_trans (ND_le _ _) _; rewrite mulrDl -!mulrA.
  by apply: ler_add; apply: ler_wpmul2l; rewrite ?ler0n.
have uv s : vel_at u s (- At (u s)).
  have bLa := bD _ _ bLi bav; have := img s z bLa; rewrite (opp (At (y s z)) bLa).
  suff -> : Lami (av (At (y s z))) = At (u s) by [].
  by rewrite /u /av !(add bLi) nor !LiL (add bAt).
have zero w s : <<K s w, u s>> = 0.
  have d r : deriv_at (fun s => <<K s w, u s>>) r 0.
    have := deriv_ip (eK.2 r w) (uv r); rewrite /= !addr0.
    by rewrite adj ipNr subrr.
  rewrite (constant cR d) /u eKs.1 v0.
  have [_ LZ _] := bLi; have := LZ 0 0; rewrite !scale0r => ->; exact: ip0r.
have u0 : u t = 0.
  have [_ _ Ko] := lin t; have [w e] := Ko (u t); have := zero w t; rewrite e; exact: N_eq0.
by rewrite -[av _]LLi -/(u t) u0; have [_ LZ _] := bL; have := LZ 0 0; rewrite !scale0r.
Qed.
Lemma exp_constant : (forall z, 0 < p z) -> ((forall t, S p g Lam (K t x) = S p g Lam x) <-> forall z, av (g z x) = 0).
Proof.
move=> p0; split=> [h z|h t].
  have S0 t : S1 t = 0.
    apply: deriv_uniq (exp_first t) _; apply: deriv_ext (deriv_cst (S p g Lam x)).
    by apply: smallT => s; rewrite h.
  have e : 1 / 4%:R * (\sum_z p z * <<av (g z x), Lami (av (g z x))>>) = 0.
    by apply: deriv_uniq exp_second _; apply: deriv_ext (deriv_cst 0); apply: smallT => s; rewrite S0.
  have ge i : true -> 0 <= p i * <<av (g i x), Lami (av (g i x))>>.
    move=> _; apply: mulr_ge0; first exact: ltW.
    by have [->|/posL/ltW //] := eqVneq (av (g i x)) 0; rewrite ip0l.
  have e' : \sum_z p z * <<av (g z x), Lami (av (g z x))>> = 0.
    by move/eqP: e; rewrite mulf_eq0 mulf_eq0 invr_eq0 oner_eq0 pnatr_eq0 /= => /eqP.
  have := psumr_eq0P ge e' (i := z) isT => /eqP; rewrite mulf_eq0 (gt_eqF (p0 z)) /= => /eqP z0.
  by apply/eqP; apply: contraTT isT => /posL; rewrite z0 ltxx.
have d s : deriv_at (fun t => S p g Lam (K t x)) s 0.
  have -> : 0 = S1 s; last exact: exp_first.
  rewrite /S1 big1 ?mulr0 // => z _.
  have := exp_zero (h z) s => /(congr1 (fun w => <<y s z, w>>)); rewrite ip0r /av ipDr.
  have -> : <<y s z, Lam (At (y s z))>> = <<At (y s z), Lam (y s z)>> by rewrite -sL ipC.
  have -> : <<y s z, A (Lam (y s z))>> = <<At (y s z), Lam (y s z)>> by rewrite ipC adj ipC.
  rewrite -mulr2n => /eqP; rewrite mulrn_eq0 /= => /eqP ->.
  by rewrite mulr0.
by rewrite (constant cR d t) eK.1.
Qed.
End Exponential.

Theorem symmetry_continuous_broken : symmetry_continuous_broken_statement.
Proof.
split=> [R V Z p l g K Ks A At Lam x fam gr sym rt|]; last split.
- by split; [exact: (L.broken_orbit p Lam fam gr sym) | exact: (L.broken_derivative p fam gr sym rt)].
- move=> R V Z p g K Ki Kt Kit Lam Lami x KKi KiK aK aKi sL LLi LiL LiB nor gK gKi v.
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
- move=> R V Z p l g K Ks A At Lam Lami D x cR eK eKs dual adj lin sm sym Dx [bA bAt bL bLi] sL LLi LiL posL v.
  split=> [t|nor]; first exact: (exp_S p Lam dual lin sm sym Dx t).
  split; last exact: (exp_constant cR eK eKs dual adj lin sm sym Dx bA bAt bL bLi sL LLi LiL posL nor).
  by exists (S1 p g Ks At Lam x); split=> [t|]; [exact: (exp_first p eKs dual lin sm sym Dx bL sL t) | exact: (exp_second p g x eKs adj bAt bL bLi sL LLi LiL nor)].
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

(* Paths *)
Lemma gradient_equivariant (R : realFieldType) (V : eucl R) (Z : finType) (l : Z -> V -> R) g (K : V -> V) D :
  orthogonal K -> smooth l g K D -> (forall x z, D x -> l z (K x) = l z x) -> forall x z, D x -> g z (K x) = K (g z x).
Proof.
move=> [[KD KZ Ko] Kor] [Dn DK gr] sym x z Dx.
apply: (gradient_transform KD KZ Ko Kor _ (gr x z Dx) (gr _ z (DK _ Dx))).
by apply: near_impl (Dn _ Dx) => y; apply: sym.
Qed.

Lemma signed_orthogonal (R : realFieldType) n (pi : {perm 'I_n}) (s : 'I_n -> R) : (forall i, s i ^+ 2 = 1) ->
  orthogonal (V := mx_eucl R n 1) (signed pi s).
Proof.
move=> s2; split; first split.
- by move=> x y; apply/matrixP => i j; rewrite !mxE mulrDr.
- by move=> a x; apply/matrixP => i j; rewrite !mxE mulrCA.
- move=> y; exists (\col_i (s ((pi^-1)%g i) * y ((pi^-1)%g i) 0)); apply/matrixP => i j.
  by rewrite !mxE permK mulrA -expr2 s2 mul1r ord1.
move=> x y; rewrite /ip /= !frobE !big_ord1 [RHS](reindex_inj (perm_inj (s := pi))) /=.
apply: eq_bigr => i _; rewrite !mxE; have := s2 i; move: (s i) (x (pi i) 0) (y (pi i) 0) => c p q c2.
by rewrite mulrACA -expr2 c2 mul1r.
Qed.

Section Spread.
Variables (R : rcfType) (n k : nat) (f : 'I_n -> 'I_k) (s : 'I_n -> R).
Hypothesis s2 : forall i, s i ^+ 2 = 1.
Hypothesis pos : forall j, (0 < copies f j)%N.
Notation cnt j := ((copies f j)%:R : R).
Let c0 j : cnt j != 0. Proof. by rewrite pnatr_eq0 -lt0n. Qed.
Definition copy (mu : 'cV[R]_k) : 'cV[R]_n := \col_i (s i * mu (f i) 0).
(* the gradient of l (spread phi) is that of one copy *)
Lemma spread_gradient (l : mx_eucl R n 1 -> R) (g : mx_eucl R n 1) (phi gs : mx_eucl R k 1) psi :
  grad l (spread f s phi) g -> grad (fun phi => l (spread f s phi)) phi gs -> g = spread f s psi ->
  g = copy gs.
Proof.
move=> dl ds e.
have lin (a : R) (u : mx_eucl R k 1) : spread f s (phi + a *: u) = spread f s phi + a *: spread f s u.
  by apply/matrixP => i j; rewrite !mxE; move: (phi _ _) (u _ _) (s i) ((copies f (f i))%:R^-1 : R) => *; ring.
have adj (u : mx_eucl R k 1) : <<gs, u>> = <<g, spread f s u>>.
  pose c t : mx_eucl R k 1 := phi + t *: u; pose c' t : mx_eucl R n 1 := spread f s phi + t *: spread f s u.
  have d1 : grad (fun phi => l (spread f s phi)) (c 0) gs by rewrite /c scale0r addr0.
  have d2 : grad l (c' 0) g by rewrite /c' scale0r addr0.
  apply: deriv_uniq (chain d1 (vel_line _ u)) _.
  by apply: deriv_ext (chain d2 (vel_line _ (spread f s u))); apply: smallT => t; rewrite /c /c' lin.
apply/matrixP => i j; rewrite ord1 {j} mxE.
have h : gs (f i) 0 = psi (f i) 0 / cnt (f i).
  have := adj (delta_mx (f i) 0); rewrite /ip /= !frobE !big_ord1 (bigD1 (f i)) //= big1 => [|j /negPf jn]; last by rewrite mxE jn mulr0.
  rewrite mxE !eqxx mulr1 addr0 => ->; rewrite e.
  rewrite (eq_bigr (fun a => (f a == f i)%:R * (psi (f i) 0 / cnt (f i) ^+ 2))) => [|a _].
    rewrite -mulr_suml -natr_sum.
    have -> : (\sum_a (f a == f i))%N = copies f (f i).
      by rewrite /copies -sum1dep_card [RHS]big_mkcond; apply: eq_bigr => a _; case: (f a == f i).
    by move: (psi _ _) (c0 (f i)) => p q; field.
  rewrite !mxE; case: (f a =P f i) => [->|_]; last by rewrite mul0r mulr0 mul0r mulr0.
  have := s2 a; move: (s a) (psi _ _) (c0 (f i)) => c p q c2.
  rewrite mul1r mulr1 (_ : c * p / cnt (f i) * (c / cnt (f i)) = c ^+ 2 * (p / cnt (f i) ^+ 2)); last by field.
  by rewrite c2 mul1r.
by rewrite h e mxE mulrA.
Qed.
End Spread.

Theorem symmetry_trajectory : symmetry_trajectory_statement.
Proof.
split; [|split].
- move=> R V Z l g K Lam beta gamma lam D z s o sm sym com P Dt.
  have [[KD KZ _] _] := o; have ge := gradient_equivariant o sm sym.
  have KN x : K (- x) = - K x by rewrite -scaleN1r KZ scaleN1r.
  have E t : P (K s.1, K s.2) t = (K (P s t).1, K (P s t).2).
    elim: t => [//|t IH]; rewrite /P /= -/(P _ _) -/(P _ _) IH /step /= ge //.
    have mE (u v w : V) : beta *: K u + K v + (2 * gamma) *: K w = K (beta *: u + v + (2 * gamma) *: w) by rewrite !KD !KZ.
    by rewrite mE com KD KN KZ.
  split=> // fix_s t; have := E t; rewrite fix_s => e.
  by rewrite [in RHS]e.
- move=> R n Z l g pi sg rate gamma lam b1 b2 eps D z s s2 sm sym inv P Dt.
  have o := signed_orthogonal pi s2; have ge := gradient_equivariant o sm sym.
  have E t : P ((signed pi sg s.1.1, signed pi sg s.1.2), unsigned pi s.2) t
      = ((signed pi sg (P s t).1.1, signed pi sg (P s t).1.2), unsigned pi (P s t).2).
    have PS s' t' : P s' t'.+1 = adam (fun z x => g z x + (2 * gamma) *: x) rate lam b1 b2 eps t'.+1 (z t') (P s' t') by [].
    elim: t => [//|t IH]; rewrite !PS IH; have := Dt t.
    case: (P s t) => [[th m] v] /= Dth; rewrite /adam /= ge //.
    have fE i : (signed pi sg (g (z t) th) + (2 * gamma) *: signed pi sg th) i 0 = sg i * (g (z t) th + (2 * gamma) *: th) (pi i) 0.
      by rewrite !mxE; move: (g _ _ _ _) (th _ _) (sg i) => *; ring.
    move: fE; set F := _ + _; set F' := g _ _ + _; clearbody F F' => fE.
    have mE i : (b1 *: signed pi sg m + (1 - b1) *: F) i 0 = sg i * (b1 *: m + (1 - b1) *: F') (pi i) 0.
      by rewrite !mxE fE; move: (m _ _) (F' _ _) (sg i) => *; ring.
    move: mE; set M := b1 *: signed _ _ _ + _; set M' := b1 *: m + _; clearbody M M' => mE.
    congr (_, _, _); apply/matrixP => i j; rewrite ord1 {j}.
    + rewrite !mxE mE inv fE exprMn s2 mul1r.
      move: (th _ _) (M' _ _) (sg i) (rate i) ((1 - b1 ^+ t.+1)^-1) ((Num.sqrt _ + eps)^-1) => *; ring.
    + by rewrite mE mxE.
    by rewrite !mxE fE exprMn s2 mul1r.
  split=> // fix_s t; have := E t; rewrite fix_s => e.
  by rewrite [in RHS]e.
move=> R n k Z l g gs f s I K eta beta gamma lam b1 b2 eps D z s2 pos gr oK sym fixK dgs force rate.
have c0 j : (copies f j)%:R != 0 :> R by rewrite pnatr_eq0 -lt0n.
have gE zz phi : D (spread f s phi) -> g zz (spread f s phi) = copy f s (gs zz phi).
  move=> Dp; have [psi e] : exists psi, g zz (spread f s phi) = spread f s psi.
    apply/fixK => a; have [o sm] := oK a; rewrite -(gradient_equivariant o sm (sym a)) //.
    by congr (g zz _); have [_ h] := fixK (spread f s phi); apply: (h (ex_intro _ phi erefl)).
  exact: (spread_gradient s2 pos (gr zz _ Dp) (dgs zz phi Dp) e).
have FE zz phi : D (spread f s phi) -> g zz (spread f s phi) + (2 * gamma) *: spread f s phi = copy f s (force zz phi).
  move=> Dp; rewrite gE // /force; apply/matrixP => i j; rewrite !mxE.
  by move: (gs _ _ _ _) (phi _ _) (s i) ((copies f (f i))%:R^-1 : R) => *; ring.
split.
- move=> phi mu P p Dt t.
  suff : P (spread f s phi, copy f s mu) t = (spread f s (p (phi, mu) t).1, copy f s (p (phi, mu) t).2) by move=> ->.
  have PS s' t' : P s' t'.+1 = step (V := mx_eucl R n 1) g (fun x => eta *: x) beta gamma lam (z t') (P s' t') by [].
  have pS s' t' : p s' t'.+1 = step (V := mx_eucl R k 1) force (fun m => \col_j (rate j * m j 0)) beta 0 lam (z t') (p s' t') by [].
  elim: t => [//|t IH]; rewrite PS pS IH; have := Dt t; case: (p (phi, mu) t) => [ph m] /= Dp.
  rewrite /step /= -addrA FE //.
  have mE : beta *: copy f s m + copy f s (force (z t) ph) = copy f s (beta *: m + force (z t) ph + (2 * 0) *: ph).
    by set F := force _ _; clearbody F; rewrite mulr0 scale0r addr0; apply/matrixP => i j; rewrite !mxE; move: (m _ _) (F _ _) (s i) => *; ring.
  rewrite mE; set M := beta *: m + _ + _; clearbody M; congr (_, _); apply/matrixP => i j; rewrite !mxE /rate.
  by move: (ph _ _) (M _ _) (s i) (c0 (f i)) => a b c cn; field.
move=> phi mu nu P p Dt t.
suff : P ((spread f s phi, copy f s mu), \col_i nu (f i) 0) t
   = ((spread f s (p ((phi, mu), nu) t).1.1, copy f s (p ((phi, mu), nu) t).1.2), \col_i (p ((phi, mu), nu) t).2 (f i) 0) by move=> ->.
have PS s' t' : P s' t'.+1 = adam (fun z x => g z x + (2 * gamma) *: x) (fun=> eta) lam b1 b2 eps t'.+1 (z t') (P s' t') by [].
have pS s' t' : p s' t'.+1 = adam force rate lam b1 b2 eps t'.+1 (z t') (p s' t') by [].
elim: t => [//|t IH]; rewrite PS pS IH; have := Dt t; case: (p ((phi, mu), nu) t) => [[ph m] v] /= Dp.
rewrite /adam /= FE //; set F := force _ _; clearbody F.
have mE i : (b1 *: copy f s m + (1 - b1) *: copy f s F) i 0 = s i * (b1 *: m + (1 - b1) *: F) (f i) 0.
  by rewrite !mxE; move: (m _ _) (F _ _) (s i) => *; ring.
move: mE; set M := b1 *: copy _ _ _ + _; set M' := b1 *: m + _; clearbody M M' => mE.
congr (_, _, _); apply/matrixP => i j; rewrite ord1 {j}.
- rewrite !mxE mE exprMn s2 mul1r /rate.
  move: (ph _ _) (M' _ _) (s i) (c0 (f i)) ((Num.sqrt _ + eps)^-1) ((1 - b1 ^+ t.+1)^-1) => a b c cn q q'.
  by field.
- by rewrite mE mxE.
by rewrite !mxE exprMn s2 mul1r.
Qed.
